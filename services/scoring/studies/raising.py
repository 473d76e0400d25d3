"""Whether shares moved so far between two periods that warning signals are raised."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.metric import counted
from services.scoring.metrics.population_rules import AuditRules
from services.scoring.studies.proportions import greater


class Share(NamedTuple):
    """Of `n` customers it holds of `held`."""

    held: int
    n: int

    def value(self, least: int) -> float | None:
        """0–1; None of fewer customers than these."""
        return self.held / self.n if self.n >= least else None


class Verdict(NamedTuple):
    """`before`, `now`: the shares compared, None of too few customers. `p_adjusted`: `p_value` as one of several.

    `z`, `p_value`, `p_adjusted` and `raised` are None where there is no test; `reason` says why.
    """

    before: float | None
    now: float | None
    z: float | None
    p_value: float | None
    p_adjusted: float | None
    raised: bool | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The same by name, numbers rounded."""
        told = self._asdict()
        return {name: rounded(value) if isinstance(value, float) else value for name, value in told.items()}


def silent(reason: str) -> Verdict:
    """No verdict, for this reason."""
    return Verdict(None, None, None, None, None, None, reason)


def compared(was: Share, now: Share, rules: AuditRules, *, rises: bool) -> Verdict:
    """The one-sided two-proportion test of a share that `rises`, else falls; none of too few customers.

    `z` is positive where the share rose. It takes the two periods' customers for independent, which those who are
    in both are not: the test is then, if anything, slow to warn. Whether it is raised is for `together` to say.
    """
    before, after = was.value(rules.least), now.value(rules.least)
    if before is None or after is None:
        reason = f"It takes {rules.least} customers in each period: there were {was.n} before and {now.n} now."
        return silent(reason)._replace(before=before, now=after)
    test = greater(*now, *was) if rises else greater(*was, *now)
    reason = (
        f"{was.held} of {was.n} before, {now.held} of {now.n} now: were nothing changed, so great a "
        f"{'rise' if rises else 'fall'} would have a probability of {test.p_value:.4f}"
    )
    return Verdict(before, after, test.z if rises else -test.z, test.p_value, None, None, reason)


def together(verdicts: Sequence[Verdict], rules: AuditRules) -> list[Verdict]:
    """The same, each judged as one of all that were tested, so that more signals are no more false alarms.

    Holm 1979: the smallest of m probabilities counts m times, the next m − 1 times and no less than the one before.
    """
    told, tested = list(verdicts), [at for at, verdict in enumerate(verdicts) if verdict.p_value is not None]
    adjusted = 0.0
    for rank, at in enumerate(sorted(tested, key=lambda at: verdicts[at].p_value or 0.0)):
        adjusted = max(adjusted, min(1.0, (len(tested) - rank) * (verdicts[at].p_value or 0.0)))
        told[at] = _judged(verdicts[at], adjusted, len(tested), rules)
    return told


def _judged(verdict: Verdict, adjusted: float, tested: int, rules: AuditRules) -> Verdict:
    raised = adjusted < rules.significance
    reason = (
        f"{verdict.reason}, as one of {counted(tested, 'test')} {adjusted:.4f}: "
        f"{'below' if raised else 'not below'} {rules.significance:g}."
    )
    return verdict._replace(p_adjusted=adjusted, raised=raised, reason=reason)
