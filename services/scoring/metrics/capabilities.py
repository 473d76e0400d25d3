"""Capabilities: whether we could do what this customer called upon us to do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, groupby
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


class Call(NamedTuple):
    """What one fact tells: how often a capability was called upon, and how often it failed."""

    fact: Fact
    called: int
    failed: int


class Capability(NamedTuple):
    """One capability: how often it was called upon, how often it failed; the calls by kind, in reading order."""

    called: int = 0
    failed: int = 0
    kinds: Sequence[Sequence[Call]] = ()

    @property
    def met(self) -> int:
        """Calls that were met."""
        return self.called - self.failed

    @property
    def share(self) -> float | None:
        """Met over called; None where it was not called upon."""
        return self.met / self.called if self.called else None


_SILENCE = Capability()


def capabilities(history: History, rules: Rules, reference: Reference | None) -> Metric:
    """Mean of met/called over the capabilities that were called upon in the window, times 100 (own formula).

    `value`: that mean. Availability and quality count only where the base recorded that goods were not to be
    had, or were defective or against a requirement: where nobody ever does, none is silence. Null where no
    capability was called upon.
    """
    found = called_upon(history, reference)
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


def called_upon(history: History, reference: Reference | None) -> dict[str, Capability]:
    """Each capability by name, as far as it was called upon in the window."""
    return {
        "availability": _availability(history, reference),
        "punctuality": _punctuality(history),
        "quality": _quality(history, reference),
        "authority": _authority(history),
    }


def _told(*kinds: Sequence[Call]) -> Capability:
    calls = list(chain.from_iterable(kinds))
    return Capability(sum([call.called for call in calls]), sum([call.failed for call in calls]), kinds)


def _availability(history: History, reference: Reference | None) -> Capability:
    """Lines to be had of the lines asked for, in purchases and in vain."""
    if not recorded(history, reference, "unavailable"):
        return _SILENCE
    vain = history.recent(history.of(PurchaseNotAvailable.TYPE))
    lacking = [each for each in history.recent(history.bought) if "unavailable" in each.told]
    return _told(
        [Call(each.fact, _lines(each), each.told.get("unavailable", 0)) for each in _bills(history, lacking)],
        [Call(fact, fact.data["lines"], fact.data["lines"]) for fact in vain],
    )


def _punctuality(history: History) -> Capability:
    """Lines in full and on time of the lines due in the window; an open one past due is late."""
    due = [order for order in orders(history) if history.start <= order.due_at < history.as_of]
    bills = [list(lines) for _, lines in groupby(due, key=lambda order: order.fact.order)]
    return _told([Call(lines[0].fact, len(lines), sum(_late(line) for line in lines)) for lines in bills])


def _late(line: Order) -> bool:
    return line.delivered is None or line.delivered > line.due_at


def _quality(history: History, reference: Reference | None) -> Capability:
    """Lines not returned as defective, and checks that conform, of lines and checks."""
    if not recorded(history, reference, "defective", "failed_check"):
        return _SILENCE
    defective = _defective(history.returns)
    broken = [each for each in history.recent(history.bought) if each.fact.subject in defective]
    checks = history.recent(history.of(RequirementChecked.TYPE))
    bills = [(each, _lines(each)) for each in _bills(history, broken)]
    return _told(
        [Call(each.fact, lines, min(defective[each.fact.subject], lines)) for each, lines in bills],
        [Call(check, 1, int(not check.data["conforms"])) for check in checks],
    )


def _authority(history: History) -> Capability:
    """Remedies granted without asking anybody else, of the remedies asked for."""
    granted = history.recent(history.remedies)
    refused = history.recent(history.of(ComplaintRemedyRefused.TYPE))
    return _told(
        [Call(fact, 1, int(fact.data.get("escalated", False))) for fact in granted],
        [Call(fact, 1, 1) for fact in refused],
    )


def _bills(history: History, failed: Sequence[Purchase]) -> list[Purchase]:
    """The purchases of the window; those wholly returned too if they failed, or the failure would vanish."""
    lost = [each for each in failed if each.voided is not None]
    kept = history.recent(history.purchases)
    return sorted([*kept, *lost], key=lambda each: each.fact.order) if lost else list(kept)


def _lines(bill: Purchase) -> int:
    return sum([group["count"] for group in bill.told["lines"]])


def _defective(returns: Sequence[Fact]) -> Counter[str]:
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
    kinds = [kind for each in found.values() for kind in each.kinds]
    facts = [call.fact for kind in kinds for call in kind if call.failed]
    facts = facts or [call.fact for kind in kinds for call in kind[-EVIDENCE:]]
    once = {fact.order: fact for fact in facts}
    return latest([once[order] for order in sorted(once)])


def _reason(found: Mapping[str, Capability]) -> str:
    said = [f"{name} {each.met} of {each.called}" for name, each in found.items() if each.called]
    if not said:
        return "No capability was called upon in the window, as far as anybody records."
    return f"Calls met: {', '.join(said)}."
