"""Assessed beside computed: from stored answers and what a close found to what is told."""

from collections.abc import Mapping
from typing import Any

import orjson

from services.scoring.base import Assessment
from services.scoring.metrics.metric import counted, mean
from services.scoring.readiness import domain
from services.scoring.readiness.domain import DIMENSIONS, FOUR_AS, FOUR_RS, OFFER, Dimension, Group
from services.scoring.readiness.models import (
    Assessed,
    AssessmentView,
    Computed,
    DimensionView,
    OfferPart,
    PartView,
    Told,
    Totals,
    TotalView,
)
from services.scoring.studies.readiness import PARTS

MEANINGS = {
    "acceptable": "customers who accepted, of those who answered",
    "affordable": "No event tells what these customers can pay.",
    "available": "No event tells how near it is to these customers.",
    "aware": "customers it reached with their consent in the window, of all",
    "relevance": "No event tells what it is about.",
    "returns": "what was let off the list price of purchases made under it",
    "response": "customers who answered while it was valid, of those reached",
    "relationship": "customers who still buy, of those who accepted",
}
"""By part of an offer, what is computed, or why nothing is."""


def dimensions(latest: Mapping[str, Assessment], found: Mapping[str, Any] | None) -> list[DimensionView]:
    """Every dimension but the offers; `found`: of the close, None before the first."""
    return [_dimension(each, latest.get(each.code), found) for each in DIMENSIONS.values() if each is not OFFER]


def totals(told: list[DimensionView], platform: float) -> Totals:
    """The two totals; `platform`: its weight."""
    assessed = {each.dimension: each.assessed.score for each in told}
    computed = {each.dimension: each.computed.score for each in told}
    return Totals(
        assessed=TotalView.model_validate(domain.total(assessed, platform)),
        computed=TotalView.model_validate(domain.total(computed, platform)),
    )


def assessed(dimension: Dimension, found: Assessment | None) -> Assessed:
    """What the assessment says, if there is one."""
    asked = len(dimension.questions)
    if found is None:
        return Assessed(score=None, asked=asked, assessment=None, reason="Nobody had assessed it by then.")
    answers = _answers(found)
    return Assessed(
        score=domain.score(answers),
        asked=asked,
        assessment=AssessmentView.model_validate(found),
        reason=f"{len(answers)} of {counted(asked, 'question')} answered by {found.by}.",
    )


def parts(found: Assessment | None, computed: Mapping[str, Any] | None) -> list[OfferPart]:
    """The four As and the four Rs of an offer; `computed`: what the close found of it, None where nothing."""
    answers = {} if found is None else _answers(found)
    return [
        OfferPart(
            part=part,
            group="four_as" if part in FOUR_AS else "four_rs",
            assessed=domain.score({part: answers[part]}) if part in answers else None,
            computed=Told(meaning=MEANINGS[part], **(computed or {}).get(part, {"value": None, "n": 0})),
        )
        for part in (*FOUR_AS, *FOUR_RS)
    ]


def mean_of(told: list[OfferPart], group: str) -> float | None:
    """The mean of what was assessed of the As, or of the Rs."""
    return mean(each.assessed for each in told if each.group == group)


def _dimension(dimension: Dimension, found: Assessment | None, closed: Mapping[str, Any] | None) -> DimensionView:
    answered = assessed(dimension, found)
    risk = None if answered.score is None or dimension.group is not Group.LIMITATION else 100 - answered.score
    return DimensionView(
        dimension=dimension.code,
        group=dimension.group,
        assessed=answered,
        computed=_computed(dimension.code, closed),
        risk=risk,
    )


def _computed(dimension: str, closed: Mapping[str, Any] | None) -> Computed:
    if dimension not in PARTS:
        return Computed(score=None, parts={}, reason="No event tells of it.")
    if closed is None:
        return Computed(score=None, parts={}, reason="No close has been made by then.")
    told, meanings = closed[dimension], PARTS[dimension]
    shares = {name: PartView(meaning=meanings[name], **part) for name, part in told["parts"].items()}
    known = sum(part.share is not None for part in shares.values())
    reason = f"The mean of {counted(known, 'share')} of {len(shares)}." if known else "Nothing of it was recorded."
    return Computed(score=told["score"], parts=shares, reason=reason)


def _answers(found: Assessment) -> dict[str, int]:
    answers: dict[str, int] = orjson.loads(found.answers)
    return answers
