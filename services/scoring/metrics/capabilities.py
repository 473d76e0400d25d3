"""Capabilities: whether we could do what this customer called upon us to do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.deliveries import Order, orders
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.failures import recorded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import EVIDENCE, Metric, latest, mean, metric
from services.scoring.metrics.purchases import Purchase
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules
from shared.events.complaints import ComplaintRemedyRefused
from shared.events.customers import RequirementChecked
from shared.events.purchases import PurchaseNotAvailable


class Capability(NamedTuple):
    """One capability: how often it was called upon, how often it failed; the latest facts that failed, and of all."""

    called: int
    failed: int
    failures: Sequence[Fact] = ()
    others: Sequence[Fact] = ()

    @property
    def met(self) -> int:
        """Calls that were met."""
        return self.called - self.failed

    @property
    def share(self) -> float | None:
        """Met over called; None where it was not called upon."""
        return self.met / self.called if self.called else None


_SILENCE = Capability(0, 0)


def capabilities(history: History, rules: Rules, reference: Reference | None) -> Metric:
    """Mean of met/called over the capabilities that were called upon in the window, times 100 (own formula).

    `value`: that mean. Availability and quality count only where the base recorded that goods were not to be
    had, or were defective or against a requirement: where nobody ever does, none is silence. Null where no
    capability was called upon.
    """
    found = {
        "availability": _availability(history, reference),
        "punctuality": _punctuality(history),
        "quality": _quality(history, reference),
        "authority": _authority(history),
    }
    share = mean(each.share for each in found.values())
    return metric(
        score=None if share is None else 100 * share,
        value=share,
        unit="share of calls met, mean of capabilities",
        inputs=_inputs(found),
        n=sum(each.called for each in found.values()),
        evidence=_evidence(found),
        reason=_reason(found),
        rules=rules,
    )


def _availability(history: History, reference: Reference | None) -> Capability:
    """Lines to be had of the lines asked for, in purchases and in vain."""
    if not recorded(history, reference, "unavailable"):
        return _SILENCE
    vain = history.recent(history.of(PurchaseNotAvailable.TYPE))
    lacking = [each for each in history.recent(history.bought) if "unavailable" in each.told]
    lines = sum(fact.data["lines"] for fact in vain)
    return Capability(
        called=_lines(_bills(history, lacking)) + lines,
        failed=sum(each.told["unavailable"] for each in lacking) + lines,
        failures=latest([each.fact for each in lacking], vain),
        others=_latest_bills(history),
    )


def _punctuality(history: History) -> Capability:
    """Lines in full and on time of the lines due in the window; an open one past due is late."""
    due = [order for order in orders(history) if history.start <= order.due_at < history.as_of]
    late = [order for order in due if order.delivered is None or order.delivered > order.due_at]
    return Capability(
        called=len(due),
        failed=len(late),
        failures=_purchases(late),
        others=_purchases(due),
    )


def _purchases(lines: Sequence[Order]) -> tuple[Fact, ...]:
    """The latest purchases that these lines are of, each once."""
    return latest(list({each.fact.order: each.fact for each in lines}.values()))


def _quality(history: History, reference: Reference | None) -> Capability:
    """Lines not returned as defective, and checks that conform, of lines and checks."""
    if not recorded(history, reference, "defective", "failed_check"):
        return _SILENCE
    defective = _defective(history.returns)
    broken = [each for each in history.recent(history.bought) if each.fact.subject in defective]
    checks = history.recent(history.of(RequirementChecked.TYPE))
    failed = [check for check in checks if not check.data["conforms"]]
    return Capability(
        called=_lines(_bills(history, broken)) + len(checks),
        failed=sum(min(defective[each.fact.subject], _lines([each])) for each in broken) + len(failed),
        failures=latest([each.fact for each in broken], failed),
        others=latest(_latest_bills(history), checks),
    )


def _authority(history: History) -> Capability:
    """Remedies granted without asking anybody else, of the remedies asked for."""
    granted = history.recent(history.remedies)
    refused = history.recent(history.of(ComplaintRemedyRefused.TYPE))
    beyond = [fact for fact in granted if fact.data.get("escalated", False)]
    return Capability(
        called=len(granted) + len(refused),
        failed=len(beyond) + len(refused),
        failures=latest(beyond, refused),
        others=latest(granted),
    )


def _bills(history: History, failed: Sequence[Purchase]) -> list[Purchase]:
    """The purchases of the window; those wholly returned too if they failed, or the failure would vanish."""
    return [*history.recent(history.purchases), *(each for each in failed if each.voided is not None)]


def _latest_bills(history: History) -> tuple[Fact, ...]:
    return latest([each.fact for each in history.recent(history.purchases)[-EVIDENCE:]])


def _lines(bills: Sequence[Purchase]) -> int:
    return sum([group["count"] for each in bills for group in each.told["lines"]])


def _defective(returns: Sequence[Fact]) -> Mapping[str, int]:
    """Lines returned as defective by purchase; of lines returned in part, one for each category is known."""
    lines: Counter[str] = Counter()
    for fact in returns:
        if fact.data["reason"] == "defective":
            lines[fact.data["purchase"]] += sum(max(1, group["count"]) for group in fact.data["lines"])
    return lines


def _inputs(found: Mapping[str, Capability]) -> dict[str, dict[str, float | int | None]]:
    return {
        name: {
            "called": each.called,
            "met": each.met,
            "share": None if each.share is None else rounded(each.share),
        }
        for name, each in found.items()
    }


def _evidence(found: Mapping[str, Capability]) -> tuple[Fact, ...]:
    """What was not met; where everything was, the latest of all that was called upon."""
    failures = [fact for each in found.values() for fact in each.failures]
    facts = failures or [fact for each in found.values() for fact in each.others]
    once = {fact.order: fact for fact in facts}
    return latest([once[order] for order in sorted(once)])


def _reason(found: Mapping[str, Capability]) -> str:
    said = [f"{name} {each.met} of {each.called}" for name, each in found.items() if each.called]
    if not said:
        return "No capability was called upon in the window, as far as anybody records."
    return f"Calls met: {', '.join(said)}."
