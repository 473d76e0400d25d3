"""Whether a share moved so far between two periods that a warning signal is raised."""

from typing import Any, NamedTuple

from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.population_rules import AuditRules
from services.scoring.studies.proportions import greater


class Share(NamedTuple):
    """Of `n` customers it holds of `held`."""

    held: int
    n: int

    @property
    def value(self) -> float | None:
        """0–1; None of nobody."""
        return self.held / self.n if self.n else None


class Verdict(NamedTuple):
    """`before`, `now`: the shares compared. `raised`, `z`, `p_value` are None where there is no test; `reason` why."""

    before: float | None
    now: float | None
    z: float | None
    p_value: float | None
    raised: bool | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The same by name, numbers rounded."""
        told = self._asdict()
        return {name: rounded(value) if isinstance(value, float) else value for name, value in told.items()}


def silent(reason: str) -> Verdict:
    """No verdict, for this reason."""
    return Verdict(None, None, None, None, None, reason)


def compared(was: Share, now: Share, rules: AuditRules, *, rises: bool) -> Verdict:
    """The one-sided two-proportion test of a share that `rises`, else falls; none of too few customers.

    `z` is positive where the share rose. It takes the two periods' customers for independent, which those who are
    in both are not: the test is then, if anything, slow to warn.
    """
    if min(was.n, now.n) < rules.least:
        reason = f"It takes {rules.least} customers in each period: there were {was.n} before and {now.n} now."
        return Verdict(was.value, now.value, None, None, None, reason)
    test = greater(*now, *was) if rises else greater(*was, *now)
    raised = test.p_value < rules.significance
    reason = (
        f"{was.held} of {was.n} before, {now.held} of {now.n} now: were nothing changed, so great a "
        f"{'rise' if rises else 'fall'} would have a probability of {test.p_value:.4f}, "
        f"{'below' if raised else 'not below'} {rules.significance:g}."
    )
    return Verdict(was.value, now.value, test.z if rises else -test.z, test.p_value, raised, reason)
