"""Weak Cs, what would strengthen them, and what is still to be set up for a customer."""

from collections.abc import Callable

from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.metric import mean
from services.scoring.metrics.next_actions.advice import MARKETING, Effect
from services.scoring.metrics.next_actions.growth import narrow
from services.scoring.metrics.next_actions.situation import Situation
from services.scoring.metrics.objectives import objectives
from services.scoring.metrics.rules import C
from shared.events.customers import ConsentGranted, ConsentWithdrawn
from shared.events.loyalty import ReferralMade


def weak(c: C) -> Callable[[Situation], str | None]:
    """The C is known, and weak."""

    def why(situation: Situation) -> str | None:
        measured = situation.cs[c]
        if measured.score is None or measured.score >= situation.rules.actions.weak:
            return None
        return f"At {measured.score:.0f} of 100: {measured.reason[0].lower()}{measured.reason[1:]}"

    return why


def among_all(_: Situation) -> str:
    """A percentile."""
    return "It is measured against all customers, whose scores move too."


def next_times(_: Situation) -> str:
    """A share of what was done in the window."""
    return "What went wrong stays in the window: the next times decide."


def no_progress(_: Situation) -> str:
    """An objective of somebody's own."""
    return "How far a review takes the customer is not known."


def link_mended(_: Situation) -> str:
    """Health as its keeper judges it."""
    return "How well the link will be is its keeper's judgement."


def objective_set(_: Situation) -> str:
    """Nothing until the objective can be judged."""
    return "It depends on the objective."


def weak_objective(situation: Situation) -> str | None:
    """Customer is weak by an objective that somebody set."""
    return None if situation.cs["customer"].inputs["default"] else weak("customer")(situation)


def weak_range(situation: Situation) -> str | None:
    """Categories are weak, and nobody suggests one already."""
    return None if narrow(situation) else weak("categories")(situation)


def capability_met(situation: Situation) -> Effect | str:
    """Capabilities, were the weakest to be called upon once more, and met."""
    measured = situation.cs["capabilities"]
    called = {name: told for name, told in measured.inputs.items() if told["called"]}
    weakest = min(called, key=lambda name: called[name]["share"])
    shares = [(told["met"] + (name == weakest)) / (told["called"] + (name == weakest)) for name, told in called.items()]
    return Effect("capabilities", measured.score, rounded(100 * (mean(shares) or 0.0)))


def integration_used(situation: Situation) -> Effect | str:
    """Collaboration with one more order, through an integration."""
    measured = situation.cs["collaboration_integration"]
    told = measured.inputs
    through = 100 * (told["through_integration"] + 1) / (told["orders_and_cases"] + 1)
    reviewed = None if told["reviews_share"] is None else 100 * told["reviews_share"]
    return Effect("collaboration_integration", measured.score, rounded(mean((through, reviewed)) or 0.0))


def never_asked(situation: Situation) -> str | None:
    """Measurements are weak, and there is something to ask."""
    return weak("customer_measurements")(situation) if _surveys(situation) else None


def asked_today(situation: Situation) -> Effect | str:
    """Measurements with a survey on every factor of satisfaction answered today."""
    return _measured(situation, dict.fromkeys(_surveys(situation), 1.0))


def no_objective(situation: Situation) -> str | None:
    """Nobody set an objective for the customer."""
    return None if objectives(situation.history) else "Nobody set an objective for this customer yet."


def no_consent(situation: Situation) -> str | None:
    """Never asked: who withdrew a consent, or gave one, is not asked again."""
    told = situation.history.of(ConsentGranted.TYPE, ConsentWithdrawn.TYPE)
    if any(fact.data["purpose"] == MARKETING for fact in told):
        return None
    return "The customer was never asked whether we may write to them."


def consent_given(situation: Situation) -> Effect | str:
    """Measurements, were we allowed to use the profile."""
    profiles, history = situation.history.profiles, situation.history
    if not profiles:
        return "There is no profile yet that a consent would let us use."
    age = history.as_of - profiles[-1].time
    return _measured(situation, {"profile": rounded(0.5 ** (age / situation.rules.freshness.profile))})


def well_bound(situation: Situation) -> str | None:
    """Bound by several levels, not leaving, and brought nobody of late."""
    level, history = situation.bonds.level or 0, situation.history
    if level < situation.rules.actions.strong or situation.defection.at_risk:
        return None
    if history.recent(history.of(ReferralMade.TYPE)):
        return None
    return f"Held up to bond level {level}, and brought nobody within a year."


def _surveys(situation: Situation) -> list[str]:
    instruments = situation.cs["customer_measurements"].inputs["instruments"]
    return [name for name in instruments if name.startswith("survey_") and name != "survey_complaint"]


def _measured(situation: Situation, fresh: dict[str, float]) -> Effect:
    """Measurements with these instruments at least as fresh as that."""
    measured = situation.cs["customer_measurements"]
    freshness = {name: max(age, fresh.get(name, 0.0)) for name, age in measured.inputs["instruments"].items()}
    return Effect("customer_measurements", measured.score, rounded(100 * (mean(freshness.values()) or 0.0)))
