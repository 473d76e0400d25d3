"""Defection: what the customers around one do, through the reference."""

from dataclasses import replace

import orjson

from services.scoring.facts.fact import Fact
from services.scoring.metrics.around import Around, Market
from services.scoring.metrics.causes import Piece
from services.scoring.metrics.defection import defection
from services.scoring.metrics.history import History, read
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events.customers import CustomerRegistered
from tests.scoring.metrics.facts import AS_OF, ago, exit_stated, fact, line, purchase, reference

NORTH = Market("NORTH", "FARMING", "USD")


def at_store(store: str | None, last: float, every: float = 10, times: int = 5) -> list[Fact]:
    """Purchases every so many days in a store, the last so many days ago."""
    bought = [purchase(f"{store}-{at}", ago(last + every * at)) for at in range(times)]
    return [replace(each, store=store) for each in bought]


def living(region: str | None, sector: str | None) -> Fact:
    payload = CustomerRegistered(kind="individual", completeness=0.5, region=region, sector=sector)
    return fact(payload, "customer", ago(900))


def history(*facts: Fact) -> History:
    return read(facts, AS_OF, DEFAULT_RULES)


def signs(around: Around, *facts: Fact) -> list[tuple[str, int, str]]:
    found = defection(history(*facts), DEFAULT_RULES, reference(around=around)).evidence
    return [(str(piece.cause), piece.points, piece.subject) for piece in found if isinstance(piece, Piece)]


def test_S04_a_market_is_region_sector_and_currency() -> None:
    bought = at_store("s", 100)
    assert Market.of(history(*bought, living("NORTH", "FARMING"))) == NORTH
    assert Market.of(history(*bought, living("NORTH", None))) == Market("NORTH", None, "USD")
    assert Market.of(history(*bought, living(None, "FARMING"))) == Market(None, "FARMING", "USD")
    assert Market.of(history(*bought, living(None, None))) is None
    assert Market.of(history(*bought)) is None
    assert Market.of(history(living("NORTH", "FARMING"))) is None
    rupees = purchase("inr", ago(1), line("A", "10.00", currency="INR"))
    assert Market.of(history(rupees, living("NORTH", None))) == Market("NORTH", None, "INR")


def test_S04_a_market_that_falls_is_a_pattern() -> None:
    around = Around(markets=frozenset({NORTH}))
    home = living("NORTH", "FARMING")
    assert signs(around, *at_store("s", 80), home) == [("market", 1, "s-0")]
    assert signs(around, *at_store("s", 80), living("SOUTH", "FARMING")) == []
    assert signs(Around(), *at_store("s", 80), home) == []


def test_S04_a_store_that_several_leave_is_a_pattern() -> None:
    around = Around(stores=frozenset({"s"}))
    assert signs(around, *at_store("s", 80)) == [("organizational", 1, "s-0")]
    assert signs(around, *at_store("other", 80)) == []
    assert signs(around, *at_store(None, 80)) == []
    elsewhere = replace(purchase("online", ago(79)), store="other")
    assert signs(around, *at_store("s", 80), elsewhere) == [("organizational", 1, "s-0")]


def test_S04_what_others_do_says_nothing_of_who_was_gone_before() -> None:
    around = Around(frozenset({NORTH}), frozenset({"s"}))
    home = living("NORTH", "FARMING")
    assert len(signs(around, *at_store("s", 119), home)) == 2  # silent for 29 of 30 days when the period began
    assert signs(around, *at_store("s", 121), home) == []
    assert signs(around, *at_store("s", 456, times=1), home) == []  # too seldom to tell, and not within the year
    left = [exit_stated(ago(95), "sector"), *at_store("s", 100), home]
    assert [points for _, points, _ in signs(around, *left)] == [5]


def test_S04_what_others_do_tips_the_balance_and_names_no_cause_alone() -> None:
    around = Around(stores=frozenset({"s"}))
    found = defection(history(*at_store("s", 80)), DEFAULT_RULES, reference(around=around))
    assert (found.at_risk, str(found.cause)) == (True, "unknown")


def test_S04_a_reference_keeps_what_others_do() -> None:
    around = Around(frozenset({NORTH, Market(None, "FARMING", "INR")}), frozenset({"t", "s"}))
    base = reference(around=around)
    told = orjson.loads(orjson.dumps(base.to_json()))
    assert Reference.from_json(told) == base
    assert told["around"]["stores"] == ["s", "t"]
    del told["around"]
    assert Reference.from_json(told).around == Around()
