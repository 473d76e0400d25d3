"""Which stores several customers leave at once, and which markets spend less."""

from collections.abc import Iterable

from services.scoring.facts.fact import Fact
from services.scoring.metrics.around import Around, Market
from services.scoring.metrics.history import read
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.scorecard import score
from services.scoring.studies.leaving import Leaving
from services.scoring.studies.study import Setting, Subject
from tests.scoring.metrics.facts import AS_OF, ago, line, purchase, reference
from tests.scoring.metrics.test_around import NORTH, at_store, living

SETTING = Setting(AS_OF, DEFAULT_RULES, reference())


def around(customers: Iterable[list[Fact]]) -> Around:
    study = Leaving(SETTING)
    for number, facts in enumerate(customers):
        history = read(facts, AS_OF, DEFAULT_RULES)
        study.add(Subject(f"c{number}", history, score(history, DEFAULT_RULES, None)))
    return study.around()


def left(store: str, count: int) -> list[list[Fact]]:
    """Who bought until the period had begun, and then not for longer than is usual with them."""
    return [at_store(store, 80)] * count


def stayed(store: str, count: int) -> list[list[Fact]]:
    return [at_store(store, 1, times=20)] * count


def test_S04_a_store_that_three_left_at_twice_the_bases_share() -> None:
    assert around([*left("s", 3), *stayed("t", 3)]).stores == {"s"}  # 3 of 3, of all 3 of 6
    assert around([*left("s", 3), *stayed("t", 2)]).stores == set()
    assert around([*left("s", 2), *stayed("t", 9)]).stores == set()
    assert around([*left("s", 3), *stayed("s", 3), *stayed("t", 6)]).stores == {"s"}  # 3 of 6, of all 3 of 12
    assert around([*left("s", 3), *stayed("s", 4), *stayed("t", 6)]).stores == set()  # 3 of 7, of all 3 of 13


def test_S04_only_who_was_there_when_the_period_began_can_leave_a_store() -> None:
    gone_before, late = [at_store("s", 200)] * 5, [at_store("s", 1, every=1)] * 5
    assert around([*left("s", 3), *gone_before, *late, *stayed("t", 3)]).stores == {"s"}
    assert around([*gone_before, *stayed("t", 30)]) == Around()
    nowhere = [at_store(None, 80)] * 3
    assert around([*nowhere, *stayed("t", 9)]).stores == set()


def market(spent_before: str, spent_late: str, customers: int = 20, **home: str) -> list[list[Fact]]:
    """Customers of the north who spend so much on one day of each of the last two periods."""
    where = living(home.get("region", "NORTH"), home.get("sector", "FARMING"))
    return [
        [where, purchase("a", ago(100), line("A", spent_before)), purchase("b", ago(10), line("A", spent_late))]
    ] * customers


def test_S04_a_market_of_twenty_whose_spend_fell_by_a_fifth() -> None:
    assert around(market("10.00", "8.00")).markets == {NORTH}
    assert around(market("10.00", "8.01")).markets == set()
    assert around(market("10.00", "1.00", 19)).markets == set()
    assert around(market("0.00", "0.00")).markets == set()


def test_S04_markets_do_not_mix() -> None:
    rising = market("8.00", "10.00", region="SOUTH")
    assert around([*market("10.00", "8.00"), *rising]).markets == {NORTH}
    rupees = [
        [living("NORTH", "FARMING"), purchase("a", ago(10), line("A", "900.00", currency="INR"))] for _ in range(20)
    ]
    assert around([*market("10.00", "8.00"), *rupees]).markets == {NORTH}
    half = market("10.00", "1.00", 10) + market("10.00", "1.00", 10, sector="MINING")
    assert around(half).markets == set()


def test_S04_who_did_not_buy_in_both_periods_is_no_buyer_of_them() -> None:
    old = [[living("NORTH", "FARMING"), purchase("a", ago(181))]] * 10
    assert around([*market("10.00", "1.00", 19), *old]).markets == set()
    stopped = [[living("NORTH", "FARMING"), purchase("a", ago(180))]] * 1
    assert around([*market("10.00", "10.00", 19), *stopped]).markets == set()
    assert around([*market("1.00", "1.00", 10), *(stopped * 10)]).markets == {NORTH}


def test_S04_nobody_has_nothing_in_common() -> None:
    assert around([]) == Around()
    assert Market.of(read([], AS_OF, DEFAULT_RULES)) is None
