"""What the rules for next actions may ask of a customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.scoring.metrics.bonds import Bonds
from services.scoring.metrics.course import Phase
from services.scoring.metrics.defection import Defection
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.rules import C, Rules
from shared.events.customers import ConsentGranted


@dataclass(frozen=True, slots=True)
class Situation:
    """A customer's history, and what was made of it so far."""

    history: History
    phase: Phase | None
    cs: Mapping[C, Metric]
    bonds: Bonds
    defection: Defection
    rules: Rules

    def days_since(self, time: datetime) -> int:
        """Whole days from `time` to the card's date."""
        return (self.history.as_of - time).days

    def lack(self, c: C) -> float:
        """By how much a C is weak, by its weight in the index; 0 where it is not, or not known."""
        score = self.cs[c].score
        return 0.0 if score is None else self.rules.weights[c] * max(0.0, self.rules.actions.weak - score)

    def channel(self, purpose: str) -> str | None:
        """A channel for which a consent for this purpose is in force, None where there is none.

        That of the last campaign that the customer answered goes before the first by name.
        """
        history = self.history
        granted = {fact.data["channel"] for fact in history.of(ConsentGranted.TYPE) if fact.data["purpose"] == purpose}
        agreed = sorted(each for each in granted if history.consents.given(purpose, each, history.as_of))
        answered = (each.fact.data["channel"] for each in reversed(history.contacts) if each.answer is not None)
        return next((each for each in answered if each in agreed), agreed[0] if agreed else None)
