"""Commitments: kept, missed, or open."""

from datetime import timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import read
from services.scoring.metrics.promises import Commitment, commitments, turns
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.metrics.dealing_facts import met, missed, promised
from tests.scoring.metrics.facts import AS_OF, ago

MOMENT = timedelta(microseconds=1)


def made(*facts: Fact) -> tuple[Commitment, ...]:
    return commitments(read(facts, AS_OF, DEFAULT_RULES))


# Every commitment below is made 20 days ago and due 10 days ago.
@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        ([], False),  # past due without either
        ([met("c", ago(10))], True),  # at its due time
        ([met("c", ago(10) + MOMENT)], False),
        ([missed("c", ago(10))], False),
        ([missed("c", ago(10)), met("c", ago(11))], True),  # the news that it was met came after the clock
        ([missed("c", ago(10)), met("c", ago(9))], False),
        ([met("c", ago(21))], True),  # met before it was made, by somebody's clock
        ([met("other", ago(11))], False),
    ],
)
def test_C12_a_commitment_is_kept_when_met_by_its_due_time(facts: list[Fact], kept: bool) -> None:
    (found,) = made(promised("c", ago(20), ago(10), link="manager"), *facts)
    assert (found.kept, found.time, found.due_at, found.link) == (kept, ago(20), ago(10), "manager")


def test_C12_a_commitment_is_open_until_its_due_time_has_passed() -> None:
    assert made(promised("c", ago(20), AS_OF))[0].kept is None
    assert made(promised("c", ago(20), AS_OF - MOMENT))[0].kept is False
    assert made(promised("c", ago(20), ago(-5)), missed("c", ago(1)))[0].kept is False  # given up before
    assert made(promised("c", ago(20), ago(-5)), met("c", ago(1)))[0].kept is True


def test_C12_the_first_telling_of_a_commitment_counts() -> None:
    found = made(promised("c", ago(20), ago(10)), promised("c", ago(15), ago(-10)), promised("b", ago(21), ago(1)))
    assert [(each.fact.subject, each.due_at) for each in found] == [("b", ago(1)), ("c", ago(10))]
    assert made(met("c", ago(10)), missed("d", ago(9))) == ()


def test_C12_an_open_commitment_turns_a_moment_after_its_due_time() -> None:
    facts = [promised("open", ago(9), ago(-3)), promised("kept", ago(9), ago(-2))]
    facts += [met("kept", ago(1)), promised("missed", ago(9), ago(2))]
    assert turns(read(facts, AS_OF, DEFAULT_RULES)) == [ago(-3) + MOMENT]
    for until, kept in [(ago(-3), None), (ago(-3) + MOMENT, False)]:
        assert [each.kept for each in commitments(read(facts, until, DEFAULT_RULES))] == [True, False, kept]
