"""Chain of relationships: those who stand between the customer and us."""

from datetime import datetime, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.facts.fact import Fact
from services.scoring.metrics.chain import chain
from services.scoring.metrics.history import read
from services.scoring.metrics.links import Link, holders
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.promises import turns
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.metrics.dealing_facts import bill, changed, met, missed, parted, promised, referred, related
from tests.scoring.metrics.facts import AS_OF, ago, line, purchase, returned

MOMENT = timedelta(microseconds=1)


def linked(*facts: Fact, as_of: datetime = AS_OF) -> Metric:
    return chain(read(facts, as_of, DEFAULT_RULES), DEFAULT_RULES)


def served(name: str, by: str, paid: str, time: datetime = AS_OF - timedelta(days=9), currency: str = "USD") -> Fact:
    return bill(name, time, line("A", paid, currency=currency), served_by=by)


def test_C02_null_without_a_link() -> None:
    found = linked(purchase("p", ago(3)), parted("nobody", ago(2)))
    assert (found.score, found.n, found.reason) == (None, 0, "Nobody is known to stand between the customer and us.")


@pytest.mark.parametrize(
    ("facts", "score"),
    [
        ([related("a", ago(500), health=0.8)], 80.0),
        ([related("a", ago(500), health=0.8), changed("a", ago(3), health=0.2)], 20.0),  # the last told
        ([related("a", ago(500), health=0.8), changed("a", ago(3))], 80.0),
        ([related("a", ago(500))], None),  # nobody knows how well it is
        ([changed("a", ago(500), health=0.3)], 30.0),  # its beginning was not told
        ([related("a", ago(500), health=0.8), parted("a", ago(365))], 0.0),  # ended and not replaced
        ([related("a", ago(500)), parted("a", ago(3))], 0.0),
        ([related("a", ago(500), health=0.8), parted("a", ago(365) - MOMENT)], None),  # no link of the window
        ([related("a", ago(500), health=0.8), parted("a", ago(9)), related("a", ago(3))], 80.0),  # taken up again
        ([parted("a", ago(501)), related("a", ago(500), health=0.8)], 80.0),
    ],
)
def test_C02_health_of_one_link(facts: list[Fact], score: float | None) -> None:
    assert linked(*facts).score == score


def test_C02_commitments_go_before_health() -> None:
    facts = [related("a", ago(500), health=0.1), promised("x", ago(400), ago(365), "a"), met("x", ago(366))]
    assert linked(*facts).score == 100.0
    facts += [promised("y", ago(90), ago(80), "a"), promised("z", ago(90), ago(80), "a"), missed("z", ago(80))]
    assert linked(*facts).score == 33.3333  # one of three
    assert linked(*facts, as_of=AS_OF + MOMENT).score == 0.0  # the first fell due before the window
    others = [
        promised("o", ago(9), ago(8), "b"),
        promised("n", ago(9), ago(8)),
        promised("later", ago(9), ago(-8), "a"),
    ]
    assert linked(*facts, *others).score == 33.3333  # another's, nobody's, and one that is open
    assert linked(*facts, *others, met("later", ago(1))).score == 50.0


def test_C02_weighed_by_the_spend_served() -> None:
    facts = [related("a", ago(500), "ann", 1.0), related("b", ago(500), "bob", 0.5), related("c", ago(500), "cy", 0.0)]
    facts += [served("p", "ann", "6.00"), served("q", "bob", "3.00"), served("r", "ann", "99.00", ago(366))]
    facts.append(served("s", "bob", "50.00", currency="EUR"))
    found = linked(*facts)
    assert found.score == 75.0  # (6·1 + 3·0.5 + 1·0)/(6 + 3 + 1): at least 1, of the window, in one currency
    assert (found.inputs["links"], found.inputs["weight"], found.n) == (3, "10.00", 3)
    gone = served("t", "cy", "40.00")
    assert linked(*facts, gone, returned(gone, ago(1), line("A", "40.00"))).score == 75.0


def test_C02_who_replaces_a_link_takes_its_place() -> None:
    facts = [related("a", ago(500), "ann", 0.9), parted("a", ago(5), replaced_by="b"), served("p", "ann", "8.00")]
    assert linked(*facts).score is None  # who it is was not told yet
    facts += [related("b", ago(5), "bob", 0.5), served("q", "bob", "1.00"), related("c", ago(50), "cy", 1.0)]
    assert linked(*facts).score == 55.0  # (9·0.5 + 1·1)/10
    facts.append(parted("b", ago(1)))
    assert linked(*facts).score == 10.0
    assert linked(*facts).inputs["lost"] == 1


def test_C02_replacements_in_a_circle_replace_nobody() -> None:
    facts = [related("a", ago(500), health=0.9), related("b", ago(500), health=0.9), related("c", ago(500), health=0.9)]
    facts += [parted("a", ago(5), "b"), parted("b", ago(4), "a"), parted("c", ago(3), "c")]
    assert (linked(*facts).score, linked(*facts).n) == (0.0, 3)


def test_L08_a_referral_is_a_link() -> None:
    found = linked(referred("r", ago(365)), referred("r", ago(9)))
    assert (found.score, found.n, found.inputs["referrals"]) == (100.0, 1, 1)
    assert linked(referred("r", ago(366))).score is None
    assert linked(referred("r", ago(9)), related("a", ago(9), health=0.5), related("b", ago(9))).score == 75.0


def test_C02_a_link_of_unknown_health_is_shown() -> None:
    found = linked(related("a", ago(9)), related("b", ago(9), health=0.5))
    assert (found.inputs["links"], found.inputs["health_unknown"], found.n) == (2, 1, 1)
    assert linked(related("a", ago(9))).reason == "1 link, and of none is it known how well it is."


def test_S04_a_links_commitment_turns_a_moment_after_its_due_time() -> None:
    facts = [related("a", ago(9), health=1.0), promised("x", ago(9), ago(-2), "a"), promised("y", ago(9), ago(-1))]
    assert turns(read(facts, AS_OF, DEFAULT_RULES)) == [ago(-2) + MOMENT, ago(-1) + MOMENT]
    assert [linked(*facts, as_of=at).score for at in (ago(-2), ago(-2) + MOMENT)] == [100.0, 0.0]


def test_C02_who_replaces_a_link_answers_for_its_commitments() -> None:
    facts = [related("a", ago(500)), promised("x", ago(90), ago(80), "a"), missed("x", ago(80))]
    assert linked(*facts).score == 0.0
    facts += [parted("a", ago(5), replaced_by="b"), related("b", ago(5), health=1.0)]
    assert linked(*facts).score == 0.0  # another face mends nothing
    facts += [promised("y", ago(4), ago(3), "b"), met("y", ago(3))]
    assert (linked(*facts).score, linked(*facts).n) == (50.0, 1)  # one of two of the place
    facts += [parted("b", ago(2), replaced_by="c"), related("c", ago(2)), promised("z", ago(2), ago(1), "c")]
    assert linked(*facts, met("z", ago(1))).score == 66.6667  # two of three
    assert linked(*facts, as_of=ago(-286)).score == 50.0  # x fell due before the window, z was missed


def test_C02_a_place_left_before_the_window_still_answers_for_what_fell_due_in_it() -> None:
    facts = [related("a", ago(500)), promised("x", ago(400), ago(300), "a"), parted("a", ago(390), replaced_by="b")]
    assert linked(*facts, related("b", ago(390), health=1.0)).score == 0.0


NAMES = "abcdef"


def followed(subject: str, after: dict[str, str | None]) -> str:
    """Who holds the place, found by following one link at a time."""
    seen = {subject}
    while (following := after.get(subject)) is not None and following not in seen:
        seen.add(following)
        subject = following
    return subject


@given(st.dictionaries(st.sampled_from(NAMES), st.none() | st.sampled_from(NAMES + "xy")))
def test_C02_the_holder_is_found_by_following_the_replacements(after: dict[str, str | None]) -> None:
    fact = related("it", ago(9))
    known = {name: Link(fact, "someone", None, None, following) for name, following in after.items()}
    assert holders(known) == {name: followed(name, after) for name in after}


def test_C02_many_replacements_in_a_row_are_followed_in_a_moment() -> None:
    fact = related("it", ago(9))
    known = {str(at): Link(fact, "someone", None, None, str(at + 1)) for at in range(5000)}
    began = process_time()
    assert set(holders(known).values()) == {"5000"}
    assert process_time() - began < 0.5
