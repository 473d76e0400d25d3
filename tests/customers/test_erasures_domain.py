"""When an erasure is complete (C10)."""

from datetime import timedelta

from services.customers.erasures.domain import SERVICES, Answer, completed
from tests.support.told import NOON

LATER = NOON + timedelta(hours=1)


def test_C10_nobody_has_answered_yet() -> None:
    assert completed(["p1"], []) == dict.fromkeys(SERVICES)


def test_C10_a_service_is_done_when_it_answered_for_every_id_of_the_person() -> None:
    answers = [Answer("p1", "loyalty", LATER), Answer("p2", "loyalty", NOON), Answer("p1", "scoring", NOON)]
    assert completed(["p1", "p2"], answers) == {
        "customers": None,
        "complaints": None,
        "loyalty": LATER,
        "scoring": None,
    }
