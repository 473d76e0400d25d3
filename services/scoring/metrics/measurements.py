"""Customer measurements: how fresh what we know of the customer is, instrument by instrument."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple, get_args

from services.scoring.facts.fact import Fact
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, latest, mean, metric
from services.scoring.metrics.rules import Rules
from shared.events.complaints import Factor

FACTORS: tuple[Factor, ...] = get_args(Factor)
"""The factors of satisfaction that a survey may ask about."""


class Instrument(NamedTuple):
    """One way to measure a customer. `taken`: the last time, None if never; stale after `limit`."""

    name: str
    taken: Fact | None
    limit: timedelta


def measurements(history: History, rules: Rules) -> Metric:
    """Mean over the instruments that apply of 0.5^(age/limit), 0 where never taken (this project's own).

    `value`: the mean itself. Null where nothing is known of the customer.
    """
    instruments = instruments_of(history, rules) if history.facts else []
    freshness = {each.name: _freshness(each, history) for each in instruments}
    fresh = mean(freshness.values())
    taken = [each.taken for each in instruments if each.taken is not None]
    return metric(
        score=None if fresh is None else 100 * fresh,
        value=fresh,
        unit="mean freshness of the instruments",
        inputs={"instruments": freshness, "consent": history.consents.any_given(history.as_of)},
        n=len(instruments),
        evidence=latest(_in_order(taken) or history.facts),
        reason=_reason(instruments, freshness),
        rules=rules,
    )


def _in_order(taken: Sequence[Fact]) -> list[Fact]:
    """Each fact once: one survey may measure several factors."""
    once = {(fact.source, fact.id): fact for fact in taken}
    return sorted(once.values(), key=lambda fact: fact.order)


def instruments_of(history: History, rules: Rules) -> list[Instrument]:
    """Those that apply: surveys to who bought or came, a complaint's survey to who complained of late."""
    limits, surveys = rules.freshness, history.surveys
    profile = history.profiles if history.consents.any_given(history.as_of) else ()
    found = [
        Instrument("purchase", _last([purchase.fact for purchase in history.purchases]), limits.purchase),
        Instrument("visit", _last([visit.fact for visit in history.visits]), limits.visit),
        Instrument("profile", _last(profile), limits.profile),
    ]
    if history.purchases or history.visits:
        found += [Instrument(f"survey_{name}", _asked(surveys, name), limits.survey) for name in FACTORS]
    if history.recent(history.cases):
        about = [survey for survey in surveys if _about(survey) == "complaint"]
        found.append(Instrument("survey_complaint", _last(about), limits.complaint_survey))
    return found


def _last(facts: Sequence[Fact]) -> Fact | None:
    return facts[-1] if facts else None


def _asked(surveys: Sequence[Fact], factor: str) -> Fact | None:
    return _last([each for each in surveys if any(one["factor"] == factor for one in each.data.get("factors", ()))])


def _about(survey: Fact) -> str | None:
    kind: str | None = survey.data.get("about", {}).get("kind")
    return kind


def _freshness(instrument: Instrument, history: History) -> float:
    if instrument.taken is None:
        return 0.0
    age: timedelta = history.as_of - instrument.taken.time
    return rounded(0.5 ** (age / instrument.limit))


def _reason(instruments: Sequence[Instrument], freshness: dict[str, float]) -> str:
    if not instruments:
        return "Nothing is known of the customer yet."
    stalest = min(instruments, key=lambda each: freshness[each.name])
    taken = sum(each.taken is not None for each in instruments)
    never = ", never taken" if stalest.taken is None else ""
    name = stalest.name.replace("_", " ")
    return f"{taken} of {len(instruments)} kinds of measurement were taken; the stalest is {name}{never}."
