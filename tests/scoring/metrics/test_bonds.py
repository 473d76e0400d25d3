"""The four bonds: strength, held and lost, the level, and when a bond will be lost."""

from datetime import datetime, timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.bond_evidence import BONDS, SOLUTION, Piece
from services.scoring.metrics.bonds import Bond, Bonds, bonds, held_since
from services.scoring.metrics.history import read
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.scorecard import evaluate
from shared.events.customers import IntegrationUsed
from shared.events.loyalty import PointsEarned, PointsSpent, ReferralMade, SuggestionMade
from shared.events.visits import DoubtRaised, GestureMade, PreferenceUsed, SolutionDelivered
from tests.scoring.metrics.facts import AS_OF, DAY, ago, consent, contact, fact, opened, purchase, registered, visit

RULES = DEFAULT_RULES.bonds
MOMENT = timedelta(microseconds=1)


def used(days: float) -> Fact:
    return fact(PreferenceUsed(), "window-seat", ago(days))


def solved(days: float) -> Fact:
    return fact(SolutionDelivered(), "cure", ago(days))


def pampered(days: float) -> Fact:
    return fact(GestureMade(kind="customization"), "gift", ago(days))


def earned(days: float) -> Fact:
    return fact(PointsEarned(points=5), "entry", ago(days))


def rung(bond: str, *days: float) -> list[Fact]:
    """Evidence of one kind for a bond, so many days ago."""
    payload, subject = {
        "financial": (PointsSpent(points=5), "entry"),
        "social": (ReferralMade(), "friend"),
        "customization": (PreferenceUsed(), "window-seat"),
        "structural": (IntegrationUsed(kind="order"), "app"),
    }[bond]
    return [fact(payload, subject, ago(each)) for each in days]


def piece(told: Fact, weight: float = 0.5) -> Piece:
    return Piece(SOLUTION, weight, told.time, told)


def found(*facts: Fact, at: datetime = AS_OF) -> Bonds:
    return bonds(read(facts, at, DEFAULT_RULES), DEFAULT_RULES)


def customization(*facts: Fact, at: datetime = AS_OF) -> Bond:
    return found(*facts, at=at).bonds["customization"]


def test_S02_strength_saturates_and_decays_by_whole_days() -> None:
    assert customization(used(0.5)).strength == 39.3469  # 1 - exp(-0.5)
    assert customization(used(180)).strength == 22.1199  # 1 - exp(-0.25)
    assert customization(used(180.9)).strength == 22.1199
    assert customization(used(181)).strength == 22.0451  # 1 - exp(-0.5 · 0.5^(181/180))
    assert customization(used(180), solved(0.5)).strength == 52.7633  # 1 - exp(-0.75)
    assert found(earned(0.5)).strength("financial") == 9.5163  # 1 - exp(-0.1)
    assert found(earned(0.5)).strength("structural") == 0.0


def test_S02_strength_counts_no_more_than_a_weight_of_one_and_a_half() -> None:
    three = (used(0.5), solved(0.5), pampered(0.5))
    assert customization(*three).strength == 77.687  # 1 - exp(-1.5)
    assert customization(*three, used(40)).strength == 77.687


def test_S02_a_kind_counts_once_in_thirty_days_from_the_earliest_on() -> None:
    pair = customization(used(60), used(30))
    assert pair.strength == 56.9281  # 1 - exp(-0.5 · (0.5^(60/180) + 0.5^(30/180)))
    early = fact(PreferenceUsed(), "window-seat", ago(30) - MOMENT)
    assert customization(used(60), early).strength == customization(used(60)).strength
    many = customization(used(60), used(45), used(30), used(15), used(1))
    assert [piece.time for piece in many.pieces] == [ago(60), ago(30)]
    assert len(customization(used(60), solved(59)).pieces) == 2  # each kind by itself


def test_S02_a_bond_is_held_from_one_half_on() -> None:
    # 0.5 · (1 + 0.5^(247/180)) = 0.6931: b = 0.500000; a day more between them and it is 0.49996
    bond = customization(used(248), used(1))
    assert (bond.held, bond.since) == (True, ago(1))
    assert not customization(used(249), used(1)).held


def test_S02_a_bond_takes_two_distinct_events() -> None:
    assert not customization(used(1)).held
    gift = pampered(2)
    twice = [gift, *(fact(PreferenceUsed(), "seat", gift.time, id=gift.id) for _ in range(2))]
    assert not customization(*twice).held  # the same (source, id) is one event
    both = [piece(gift), piece(gift)._replace(kind=SOLUTION._replace(name="another"))]
    assert held_since(both, AS_OF, RULES) is None  # one event, of two kinds
    assert held_since([*both[:1], both[1]._replace(fact=solved(2))], AS_OF, RULES) == ago(2)


def test_S02_events_count_towards_a_bond_for_720_days() -> None:
    heavy = piece(solved(800), 12.0)  # still worth half a piece
    for gap, since in ((720, ago(80)), (720 + 1e-6, None)):
        pieces = [heavy, piece(used(800 - gap))]
        assert held_since(pieces, AS_OF, RULES) == since


def test_S02_a_bond_is_lost_below_thirty_five_and_stays_in_between() -> None:
    # two pieces 35 days apart: b = 0.350845 when the last is 201 days old, 0.349766 when it is 202
    pair = used(40), used(5)
    kept = customization(*pair, at=ago(5) + 201 * DAY)
    assert (kept.held, kept.strength) == (True, 35.0845)
    assert customization(*pair, at=ago(5) + 202 * DAY - MOMENT).held
    assert not customization(*pair, at=ago(5) + 202 * DAY).held


def test_S02_a_bond_lost_between_two_events_is_not_held_again_in_the_band() -> None:
    early = used(500), used(465)
    assert customization(*early, at=ago(300)).held
    assert not customization(*early, at=ago(200)).held
    late = customization(*early, used(10))
    assert late.strength is not None
    assert 35 < late.strength < 50
    assert not late.held
    steady = customization(*early, used(280), used(100))  # the third came in time
    assert (steady.held, steady.since) == (True, ago(465))


def test_S02_the_level_is_the_highest_without_a_gap() -> None:
    facts: list[Fact] = []
    for level, bond in enumerate(BONDS, start=1):
        facts += rung(bond, 40, 5)
        assert (found(*facts).level, found(*facts).isolated) == (level, ())


def test_S02_a_bond_above_a_gap_is_isolated() -> None:
    gap = found(*rung("financial", 40, 5), *rung("structural", 40, 5), *rung("social", 5))
    assert (gap.level, gap.isolated) == (1, ("structural",))
    assert found(*rung("customization", 40, 5)).isolated == ("customization",)


def test_S02_purchases_without_a_bond_are_level_zero() -> None:
    alone = found(purchase("p", ago(9)))
    assert (alone.level, alone.strength("social"), alone.bonds["social"].held) == (0, 0.0, False)


def test_S02_who_never_dealt_with_us_has_no_level() -> None:
    told = (
        registered(ago(9)),
        consent(ago(9)),
        contact("mail", ago(8)),
        fact(SuggestionMade(kind="up_sell"), "s", ago(7)),
    )
    stranger = found(*told)
    assert (stranger.level, stranger.strength("financial"), stranger.isolated) == (None, None, ())
    assert stranger.bonds["financial"].to_json() == {
        "strength": None, "held": False, "since": None, "n": 0, "evidence": [],
        "reason": "The customer never dealt with us.",
    }  # fmt: skip


@pytest.mark.parametrize(
    "dealing", [visit("v", ago(9)), opened("c", ago(9)), fact(DoubtRaised(topic="allergens"), "d", ago(9))]
)
def test_S02_who_dealt_with_us_has_a_level(dealing: Fact) -> None:
    assert found(dealing).level == 0


def test_S02_a_bond_says_what_it_rests_on() -> None:
    bond = customization(used(100), used(60), used(5), solved(30))
    assert bond.to_json() == {
        "strength": 77.687,  # S = 0.5 · (0.680 + 0.794 + 0.981 + 0.891) = 1.673, at most 1.5
        "held": True,
        "since": "2017-11-02T00:00:00Z",
        "n": 4,
        "evidence": [
            {"type": "crm.preference.used.v1", "subject": "window-seat", "time": "2017-12-27T00:00:00Z",
             "kind": "stated preference used"},
            {"type": "crm.solution.delivered.v1", "subject": "cure", "time": "2017-12-02T00:00:00Z",
             "kind": "one-to-one solution delivered"},
            {"type": "crm.preference.used.v1", "subject": "window-seat", "time": "2017-11-02T00:00:00Z",
             "kind": "stated preference used"},
            {"type": "crm.preference.used.v1", "subject": "window-seat", "time": "2017-09-23T00:00:00Z",
             "kind": "stated preference used"},
        ],
        "reason": "Held since 2017-11-02, strength 78: 4 pieces of evidence, the latest 5 days ago"
        " (stated preference used).",
    }  # fmt: skip
    assert len(customization(*(used(each) for each in range(1, 300, 30))).to_json()["evidence"]) == 5
    assert "Not held, strength 39: 1 piece" in customization(used(0.5)).reason


def test_S02_a_card_carries_the_bonds() -> None:
    card = evaluate([*rung("financial", 40, 5), *rung("structural", 40, 5)], AS_OF)
    told = card.to_json("ann")
    assert (told["bond_level"], told["bonds_isolated"], told["bonds"]["structural"]["held"]) == (
        1,
        ["structural"],
        True,
    )
    assert (card.bonds.level, card.bonds.isolated) == (1, ("structural",))


def test_S02_a_card_is_due_the_moment_a_bond_is_lost() -> None:
    pair = [used(40), used(5)]
    end = ago(5) + 202 * DAY
    assert evaluate(pair, end - 10 * DAY).next_review_at == end
    assert evaluate(pair, end - MOMENT).next_review_at == end
    assert evaluate(pair, end).next_review_at == end + DEFAULT_RULES.review
    assert found(*pair).turns(AS_OF, DEFAULT_RULES) == []  # later than the next review
