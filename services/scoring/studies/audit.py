"""The audit of customer management: which warning signals are raised, and who is behind each (S09)."""

from collections.abc import Sequence
from typing import Any

from services.scoring.metrics.reference import rfc3339
from services.scoring.metrics.value import worths
from services.scoring.studies.best import Best
from services.scoring.studies.periods import before
from services.scoring.studies.proportions import told_share
from services.scoring.studies.raising import Share, Verdict, compared, silent
from services.scoring.studies.signals import SIGNALS, Definition, Look
from services.scoring.studies.study import Found, Setting, Subject
from services.scoring.studies.watch import Watch

AUDIT = "audit"
_UNRECORDED = "Nobody recorded such a thing of any customer in these periods: that is silence, no share of 0."
_NO_WORTH = "What customers are worth was known of nobody when the period began, so nobody is known to be of the best."


class Audit:
    """Watches every signal over the periods of the trend; the last two are compared."""

    name = AUDIT

    def __init__(self, setting: Setting) -> None:
        self.setting, self.rules = setting, setting.rules.audit
        self.periods = before(setting.as_of, setting.rules.period, self.rules.periods)
        self._best = Best(len(self.periods))
        self._watches = [Watch(definition, len(self.periods)) for definition in SIGNALS]

    def add(self, subject: Subject) -> None:
        """One more customer."""
        history, rules, reference = subject.history, self.setting.rules, self.setting.reference
        values = worths(history, [period.starts for period in self.periods], rules, reference)
        self._best.add(values, history.currency)
        looks = [Look(history, period, rules, reference) for period in self.periods]
        for watch in self._watches:
            watch.add(subject.id, looks)

    def found(self) -> Found:
        """`{period_days, best, significance, least, signals, objectives}`; and who is behind each signal now.

        `signals`: `[{signal, best, rises, trend, before, now, z, p_value, raised, reason, customers}]`; `objectives`:
        `[{signal, strategy, now, target, due, customers}]`, one for each that is raised.
        """
        best = self._best.chosen(self.rules.best)
        behind = {str(watch.definition.signal): watch.behind(best[-1]) for watch in self._watches}
        signals = [
            self._told(watch, watch.shares(best)) | {"customers": len(behind[watch.definition.signal])}
            for watch in self._watches
        ]
        content = {
            "period_days": self.setting.rules.period.days,
            **self.rules.model_dump(include={"best", "significance", "least"}),
            "signals": signals,
            "objectives": [
                self._objective(definition, signal)
                for definition, signal in zip(SIGNALS, signals, strict=True)
                if signal["raised"]
            ],
        }
        return Found(content, behind)

    def _told(self, watch: Watch, shares: Sequence[Share]) -> dict[str, Any]:
        definition = watch.definition
        return {
            "signal": str(definition.signal),
            "best": definition.best,
            "rises": definition.rises,
            "trend": [self._point(at, share, recorded=watch.recorded) for at, share in enumerate(shares)],
            **self._verdict(watch, *shares[-2:]).to_json(),
        }

    def _point(self, at: int, share: Share, *, recorded: bool) -> dict[str, Any]:
        told = told_share(share.held, share.n, self.setting.rules.rates.confidence_z)
        if not recorded:
            told |= {"share": None, "interval": None}
        return {"starts": rfc3339(self.periods[at].starts), "ends": rfc3339(self.periods[at].ends)} | told

    def _verdict(self, watch: Watch, was: Share, now: Share) -> Verdict:
        if not watch.recorded:
            return silent(_UNRECORDED)
        if watch.definition.best and not self._best.known:
            return silent(_NO_WORTH)
        return compared(was, now, self.rules, rises=watch.definition.rises)

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
