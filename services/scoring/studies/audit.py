"""The audit of customer management: which warning signals are raised, and who is behind each (S09)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.scoring.metrics.reference import rfc3339
from services.scoring.metrics.value import worths
from services.scoring.studies.best import Best
from services.scoring.studies.causes import Causes
from services.scoring.studies.periods import before, observed_since
from services.scoring.studies.proportions import told_share
from services.scoring.studies.raising import Share, Verdict, compared, silent, together
from services.scoring.studies.signals import SIGNALS, Definition, Look
from services.scoring.studies.study import Found, Setting, Subject
from services.scoring.studies.watch import Watch

AUDIT = "audit"
_UNRECORDED = "Nobody recorded such a thing of any customer in these periods: that is silence, no share of 0."
_CAUTION = (
    " Caution: the base has been observed since {since} only, {days} days before the periods compared; what is seen of "
    "customers the better the longer they are watched may have changed by that alone."
)
_NO_WORTH = "What customers are worth was known of nobody when the period began, so nobody is known to be of the best."


class Audit:
    """Watches every signal over the periods of the trend; the last two are compared."""

    name = AUDIT

    def __init__(self, setting: Setting) -> None:
        self.setting, self.rules = setting, setting.rules.audit
        self.periods = before(setting.as_of, setting.rules.period, self.rules.periods)
        self._best = Best(len(self.periods))
        self._watches = [Watch(definition, len(self.periods)) for definition in SIGNALS]
        self._causes = Causes(self.periods)
        self._since: datetime | None = None

    def add(self, subject: Subject) -> None:
        """One more customer."""
        history, rules, reference = subject.history, self.setting.rules, self.setting.reference
        self._since = observed_since(self._since, history)
        values = worths(history, [period.starts for period in self.periods], rules, reference)
        self._best.add(values, history.currency)
        looks = [Look(history, period, rules, reference) for period in self.periods]
        for watch in self._watches:
            watch.add(subject.id, looks)
        self._causes.add(history)

    def found(self) -> Found:
        """`{observed_since, period_days, best, significance, least, signals, objectives, causes}`; who is behind each.

        `signals`: `[{signal, best, rises, trend, parts, before, now, z, p_value, p_adjusted, raised, reason,
        customers}]`; `objectives`: `[{signal, strategy, now, target, due, customers}]`, one for each that is raised;
        `causes`: `[{root_cause, before, now}]`, those that recur, with their shares before and in the last period.
        """
        best = self._best.chosen(self.rules.best)
        behind = {str(watch.definition.signal): watch.behind(best[-1]) for watch in self._watches}
        shares = [watch.shares(best) for watch in self._watches]
        tests = [self._verdict(watch, *told[-2:]) for watch, told in zip(self._watches, shares, strict=True)]
        signals = [
            self._told(watch, told, verdict) | {"customers": len(behind[watch.definition.signal])}
            for watch, told, verdict in zip(self._watches, shares, together(tests, self.rules), strict=True)
        ]
        content = {
            "observed_since": None if self._since is None else rfc3339(self._since),
            "period_days": self.setting.rules.period.days,
            **self.rules.model_dump(include={"best", "significance", "least"}),
            "signals": signals,
            "objectives": [
                self._objective(definition, signal)
                for definition, signal in zip(SIGNALS, signals, strict=True)
                if signal["raised"]
            ],
            "causes": self._causes.recurring(self.setting.rules.rates.confidence_z),
        }
        return Found(content, behind)

    def _told(self, watch: Watch, shares: Sequence[Share], verdict: Verdict) -> dict[str, Any]:
        definition = watch.definition
        was, now = watch.parts[-2:]
        caution = self._caution() if definition.learned and verdict.raised is not None else ""
        return {
            "signal": str(definition.signal),
            "best": definition.best,
            "rises": definition.rises,
            "trend": [self._point(at, share, recorded=watch.recorded) for at, share in enumerate(shares)],
            "parts": {name: {"before": was[name], "now": now[name]} for name in definition.parts},
            **verdict._replace(reason=verdict.reason + caution).to_json(),
        }

    def _point(self, at: int, share: Share, *, recorded: bool) -> dict[str, Any]:
        told = told_share(share.held, share.n, self.setting.rules.rates.confidence_z)
        if not recorded or share.n < self.rules.least:
            told |= {"share": None, "interval": None}
        return {"starts": rfc3339(self.periods[at].starts), "ends": rfc3339(self.periods[at].ends)} | told

    def _verdict(self, watch: Watch, was: Share, now: Share) -> Verdict:
        if not watch.recorded:
            return silent(_UNRECORDED)
        if watch.definition.best and not self._best.known:
            return silent(_NO_WORTH)
        return compared(was, now, self.rules, rises=watch.definition.rises)

    def _caution(self) -> str:
        """What to say where the base was watched for less than the window before the periods compared."""
        if self._since is None or self.periods[-2].starts - self._since >= self.setting.rules.window:
            return ""
        return _CAUTION.format(since=self._since.date(), days=max(0, (self.periods[-2].starts - self._since).days))

    def _objective(self, definition: Definition, signal: dict[str, Any]) -> dict[str, Any]:
        """Back to what it was, within a period."""
        return {
            "signal": signal["signal"],
            "strategy": definition.strategy.code,
            "now": signal["now"],
            "target": signal["before"],
            "due": rfc3339(self.setting.as_of + self.setting.rules.period),
            "customers": signal["customers"],
        }
