"""Placing a card: in which segments the customer is, and where they stand among the members."""

from dataclasses import replace

from services.scoring.membership.comparison import comparison
from services.scoring.membership.fields import fields_of
from services.scoring.membership.segments import Segments
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import Scorecard


def segments_of(card: Scorecard, segments: Segments) -> tuple[str, ...]:
    """The ids of the segments that this card's customer is in, sorted; who is nobody yet is in none."""
    return segments.of(fields_of(card)) if segments.segments and card.phase is not None else ()


def placed(card: Scorecard, segments: Segments, rules: Rules) -> Scorecard:
    """The same card, with its segments and the comparison with their members."""
    found = segments_of(card, segments)
    return replace(card, segments=found, comparison=comparison(card, found, rules, card.reference)) if found else card
