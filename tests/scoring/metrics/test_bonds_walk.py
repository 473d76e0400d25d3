"""The walk of a bond: as though one looked at it at every moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import exp

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.metrics.bond_evidence import Piece
from services.scoring.metrics.bonds import held_since
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events.visits import PreferenceUsed, SolutionDelivered
from tests.scoring.metrics.facts import AS_OF, DAY, ago, fact
from tests.scoring.metrics.test_bonds import MOMENT, RULES, customization, found, piece, solved

HALF_DAYS = st.integers(0, 2400)
GAPS = st.one_of(st.integers(0, 80), st.integers(500, 900))
"""In half days: short ones in which a bond is held, and long ones in which it is lost or nearly."""


@st.composite
def runs(draw: st.DrawFn) -> list[Piece]:
    """Evidence of a bond, in order of time, that began 1,200 days before `AS_OF`."""
    at, pieces = 2400, []
    for gap in draw(st.lists(GAPS, max_size=10)):
        at -= gap
        if at >= 0:
            pieces.append(piece(solved(at / 2), draw(st.sampled_from([0.5, 0.5, 0.1]))))
    return pieces


def walked(pieces: Sequence[Piece], end: datetime) -> bool:
    """Whether the bond is held, by looking at it at every half day and a moment after."""
    held, at = False, ago(1201)
    while at <= end:
        for look in (at, at + MOMENT):
            known = [each for each in pieces if each.time < look]
            total = sum(each.weight * 0.5 ** ((look - each.time).days / 180) for each in known)
            b = 1 - exp(-min(1.5, total))
            events = {each.fact.id for each in known if (look - each.time).days <= 720}
            held = b >= 0.35 if held else b >= 0.5 and len(events) >= 2
            if look >= end:
                return held
        at += DAY / 2
    return held


@given(runs(), HALF_DAYS)
@settings(max_examples=150, deadline=None)
def test_S02_the_walk_is_the_same_as_a_look_at_every_moment(pieces: list[Piece], half_days: int) -> None:
    end = ago(half_days / 2)
    known = [each for each in pieces if each.time < end]
    assert (held_since(known, end, RULES) is not None) == walked(pieces, end)


@given(st.lists(st.builds(ago, st.integers(0, 900 * 24).map(lambda hours: hours / 24 + 1e-5)), max_size=30), HALF_DAYS)
@settings(max_examples=150, deadline=None)
def test_S02_later_facts_leave_earlier_evidence_as_it_was(times: list[datetime], half_days: int) -> None:
    facts = [fact(PreferenceUsed(), "seat", time) for time in times]
    past = ago(half_days / 2)
    before, after = customization(*facts, at=past), customization(*facts)
    assert list(after.pieces[: len(before.pieces)]) == list(before.pieces)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 86_399)), min_size=2, max_size=8, unique=True))
@settings(max_examples=150, deadline=None)
def test_S02_a_held_bond_turns_exactly_when_it_is_lost(drawn: list[tuple[int, int]]) -> None:
    facts = [fact(SolutionDelivered(), "cure", AS_OF - timedelta(days=days, seconds=s + 1)) for days, s in drawn]
    now = found(*facts)
    horizon = AS_OF + DEFAULT_RULES.review
    [turn] = now.turns(AS_OF, DEFAULT_RULES) or [horizon]
    if now.bonds["customization"].held:
        assert customization(*facts, at=min(turn, horizon) - MOMENT).held
        assert customization(*facts, at=turn).held == (turn == horizon and not now.turns(AS_OF, DEFAULT_RULES))
    else:
        assert turn == horizon
