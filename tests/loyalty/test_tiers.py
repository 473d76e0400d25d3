"""L03: who is of which tier when, whatever order the news comes in."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import async_sessionmaker

from services.loyalty.programme.domain import Programme, TierRule
from services.loyalty.tiers.domain import Change, Spend, spans, walk
from services.loyalty.tiers.due import look_again, review
from services.loyalty.tiers.following import rejoining
from services.loyalty.tiers.queries import tiers_of
from services.loyalty.workers import working
from shared.aliases import keeping_aliases
from shared.database import open_engine
from shared.duties import ACTOR
from shared.erased import Erased
from shared.events import Event
from shared.events.customers import CustomerErased, CustomerMerged, CustomerUnmerged
from shared.events.loyalty import TierChanged
from shared.outbox import Transaction
from shared.worker import Work
from tests.loyalty.bills import bill, line, rows
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import purchase, told

DAY = timedelta(days=1)
START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - 20 * DAY
"""So that it is the twentieth day now."""
WORK = working(WORKER_SETTINGS)
ERASED = Erased(WORKER_SETTINGS.erasure_key)
JOIN = rejoining(ERASED, keeping_aliases(ERASED))
JOINING = Work("loyalty", [], {CustomerMerged: JOIN, CustomerUnmerged: JOIN})
TIERS = [("silver", 100), ("gold", 300)]
RULES = Programme(
    id="p",
    valid_from=START - 999 * DAY,
    currency="USD",
    points_per_unit=Decimal(1),
    point_value=Decimal(1),
    pending_days=14,
    expiry_days=None,
    referral_points=0,
    tiers=tuple(TierRule(code, Decimal(least), Decimal(1)) for code, least in TIERS),
    qualification_days=100,
    grace_days=30,
)
TOLD: dict[str, Any] = {
    "id": "p1",
    "valid_from": (START - 400 * DAY).isoformat(),
    "currency": "USD",
    "points_per_unit": "1",
    "point_value": "0.01",
    "tiers": [{"code": code, "threshold": str(least), "multiplier": "1"} for code, least in TIERS],
    "qualification_days": 100,
    "grace_days": 30,
}


def bought(day: float, amount: int) -> Spend:
    """A purchase so many days after the start."""
    return Spend(START + day * DAY, START + day * DAY, Decimal(amount))


def returned(day: float, bought_on: float, amount: int) -> Spend:
    """Something of it came back."""
    return Spend(START + day * DAY, START + bought_on * DAY, Decimal(-amount))


def days(changes: Sequence[Change]) -> list[tuple[float, str | None]]:
    """On which day they became of which tier."""
    return [((change.at - START) / DAY, change.after) for change in changes]


@pytest.mark.parametrize(
    ("spends", "expected"),
    [
        ([bought(1, 99)], []),
        ([bought(1, 100)], [(1, "silver"), (131, None)]),
        ([bought(1, 60), bought(50, 40)], [(50, "silver"), (131, None)]),
        ([bought(1, 60), bought(101, 40)], []),  # the first counts until before its hundredth day is over
        ([bought(1, 300)], [(1, "gold"), (131, None)]),
        ([bought(1, 200), bought(50, 150)], [(1, "silver"), (50, "gold"), (131, "silver"), (180, None)]),
        ([bought(1, 100), bought(131, 100)], [(1, "silver"), (261, None)]),  # kept at the very last moment
        ([bought(1, 100), bought(132, 100)], [(1, "silver"), (131, None), (132, "silver"), (262, None)]),
        ([bought(1, 100), returned(10, 1, 1)], [(1, "silver"), (40, None)]),
        ([bought(1, 100), returned(10, 1, 1), bought(39, 1)], [(1, "silver"), (131, None)]),
        ([bought(1, 100), returned(150, 1, 100)], [(1, "silver"), (131, None)]),
        ([bought(-5, 100), bought(1, 1)], [(1, "silver"), (125, None)]),  # before they had a card
    ],
)
def test_L03_what_is_spent_decides_the_tier(spends: list[Spend], expected: list[tuple[float, str | None]]) -> None:
    assert days(walk(spends, [RULES], START)) == expected


def test_L03_other_rules_hold_from_their_own_day_on() -> None:
    dearer = tuple(rule._replace(threshold=rule.threshold * 2) for rule in RULES.tiers)
    later = RULES._replace(valid_from=START + 20 * DAY, tiers=dearer)
    assert days(walk([bought(1, 150)], [later, RULES], START)) == [(1, "silver"), (50, None)]
    renamed = RULES._replace(valid_from=START + 20 * DAY, tiers=(RULES.tiers[1]._replace(code="top"),))
    assert days(walk([bought(1, 300)], [renamed, RULES], START)) == [(1, "gold"), (50, "top"), (131, None)]
    none = RULES._replace(valid_from=START + 20 * DAY, tiers=())
    assert [change.direction for change in walk([bought(1, 150)], [none, RULES], START)] == ["up", "down"]


SPENDS = st.lists(st.builds(bought, st.integers(0, 300), st.integers(0, 200)), max_size=12)


@given(SPENDS.flatmap(lambda spends: st.tuples(st.just(spends), st.permutations(spends))))
def test_L03_the_order_of_arrival_does_not_matter(both: tuple[list[Spend], list[Spend]]) -> None:
    told, late = both
    changes = walk(told, [RULES], START)
    assert changes == walk(late, [RULES], START)
    assert all(one.after == two.before and one.at < two.at for one, two in pairwise(changes))
    assert all(change.direction == "down" or change.at in {spend.at for spend in told} for change in changes)
    assert not changes or changes[-1].after is None


@given(SPENDS, st.integers(0, 400))
def test_L03_the_past_is_the_same_whenever_one_looks(spends: list[Spend], day: int) -> None:
    now = START + day * DAY
    seen = walk([spend for spend in spends if spend.at <= now], [RULES], START)
    assert [each for each in seen if each.at <= now] == [
        each for each in walk(spends, [RULES], START) if each.at <= now
    ]
    assert all(span.review_at is None or span.review_at > now for span in spans(seen, now))


def rfc3339(day: float) -> str:
    """That day as answers write it."""
    return (START + day * DAY).isoformat().replace("+00:00", "Z")


async def with_card(client: Client, *names: str) -> None:
    """There is a programme, and these have cards since the start."""
    assert (await client.post("/v1/programmes", TOLD)).status_code in {200, 201}
    for name in names:
        card = {"id": f"card-{name}", "customer_id": name, "occurred_at": START.isoformat()}
        assert (await client.post("/v1/cards", card)).status_code == 201


async def buys(client: Client, purchase_id: str, day: float, paid: str, customer: str = "asha", **more: Any) -> Event:
    """They bought; the event that tells it."""
    at = START + day * DAY
    lines = [line(list_amount="999", paid_amount=paid)]
    told_of = bill(id=purchase_id, customer_id=customer, occurred_at=at.isoformat(), lines=lines) | more
    assert (await client.post("/v1/purchases", told_of)).status_code == 201
    return purchase(customer, purchase_id, at, paid)


async def look(client: Client, day: float) -> int:
    """The clock looks on that day; how many it looked at."""
    engine = open_engine(client.database_url)
    try:
        async with async_sessionmaker(engine, expire_on_commit=False).begin() as session:
            return await review(Transaction(session, "/crm/loyalty", START + day * DAY, ACTOR))
    finally:
        await engine.dispose()


async def changes_told(client: Client) -> list[tuple[float, str, str | None, str | None, str]]:
    """What was told of tiers: the day, of whom, before, after, direction."""
    events = [(event, event.data) for event in await client.outbox() if isinstance(event.data, TierChanged)]
    assert all(event.subject == event.partitionkey for event, _ in events)
    return [((e.time - START) / DAY, e.subject, data.before, data.after, data.direction) for e, data in events]


async def history(client: Client, customer: str = "asha") -> list[tuple[str | None, float, float | None]]:
    """The customer's tiers, oldest first: code, from which day, to which."""

    def day(told_of: str | None) -> float | None:
        return None if told_of is None else (datetime.fromisoformat(told_of) - START) / DAY

    items = (await client.get(f"/v1/customers/{customer}/tier/history")).json()["items"]
    return [(each["code"], day(each["since"]) or 0, day(each["until"])) for each in reversed(items)]


async def test_L03_a_tier_is_reached_by_a_purchase_and_lost_by_the_clock(loyalty: Client) -> None:
    await with_card(loyalty, "asha")
    events = [await buys(loyalty, "b1", 1, "60"), await buys(loyalty, "b2", 5, "45")]
    await handled(loyalty, WORK, *events)
    [view] = (await loyalty.get("/v1/customers/asha/tier")).json()["tiers"]
    following = {"code": "gold", "missing": "195.00"}
    expected = {"currency": "USD", "code": "silver", "since": rfc3339(5), "spend": "105.00", "next": following}
    assert view == expected | {"falls_at": rfc3339(131)}
    await handled(loyalty, WORK, *events)  # told again
    assert await look(loyalty, 130) == 0
    assert sorted(await asyncio.gather(*(look(loyalty, 150) for _ in range(3)))) == [0, 0, 1]
    assert await changes_told(loyalty) == [(5, "asha", None, "silver", "up"), (131, "asha", "silver", None, "down")]
    assert await history(loyalty) == [("silver", 5, 131), (None, 131, None)]


async def test_L03_only_who_has_a_card_is_of_a_tier(loyalty: Client) -> None:
    await with_card(loyalty, "ben")
    event = await buys(loyalty, "b1", 1, "500")
    await handled(loyalty, WORK, event, purchase("ben", "of-a-third-party", START + DAY, "500"))
    await handled(loyalty, WORK, await buys(loyalty, "b2", 2, "500", "ben", currency="EUR"))
    assert (await loyalty.get("/v1/customers/asha/tier")).json() == {"customer_id": "asha", "tiers": []}
    [view] = (await loyalty.get("/v1/customers/ben/tier")).json()["tiers"]
    assert (view["code"], view["since"], view["spend"], view["next"]["missing"]) == (None, None, "0", "100")
    assert (await history(loyalty), await history(loyalty, "ben"), await changes_told(loyalty)) == ([], [], [])


async def test_L03_what_comes_back_costs_the_tier_after_the_grace_period(loyalty: Client) -> None:
    await with_card(loyalty, "asha")
    await handled(loyalty, WORK, await buys(loyalty, "b1", 1, "100"))
    back = {"line": 1, "quantity": "1", "refund_amount": "50"}
    given_back = {"occurred_at": (START + 3 * DAY).isoformat(), "reason": "unwanted", "lines": [back]}
    assert (await loyalty.post("/v1/purchases/b1/returns", given_back)).status_code == 201
    await handled(loyalty, WORK, *[event for event in await loyalty.outbox() if "returned" in event.type])
    [view] = (await loyalty.get("/v1/customers/asha/tier")).json()["tiers"]
    assert (view["code"], view["spend"], view["falls_at"]) == ("silver", "50.00", rfc3339(33))
    assert await look(loyalty, 33) == 1
    assert (await changes_told(loyalty))[1:] == [(33, "asha", "silver", None, "down")]


async def test_L03_late_news_is_told_with_its_own_time_and_once(loyalty: Client) -> None:
    await with_card(loyalty, "asha")
    await handled(loyalty, WORK, await buys(loyalty, "b1", 10, "100"))
    await handled(loyalty, WORK, await buys(loyalty, "b0", 2, "250"))
    expected = [
        (10, "asha", None, "silver", "up"),
        (2, "asha", None, "silver", "up"),
        (10, "asha", "silver", "gold", "up"),
    ]
    assert await changes_told(loyalty) == expected
    assert await history(loyalty) == [("silver", 2, 10), ("gold", 10, None)]


async def test_L03_a_loss_that_proves_wrong_is_made_good(loyalty: Client) -> None:
    await with_card(loyalty, "asha")
    await handled(loyalty, WORK, await buys(loyalty, "b1", 1, "100"))
    assert await look(loyalty, 140) == 1
    await handled(loyalty, WORK, await buys(loyalty, "b2", 21, "100"))
    again = (await changes_told(loyalty))[2:]
    assert again == [(131, "asha", None, "silver", "up")]
    assert await history(loyalty) == [("silver", 1, None)]
    assert [await look(loyalty, day) for day in (150, 151)] == [0, 1]


async def test_L03_points_of_a_purchase_are_those_of_the_tier_before_it(loyalty: Client) -> None:
    await with_card(loyalty, "asha")
    await handled(loyalty, WORK, await buys(loyalty, "b1", 5, "100"))
    engine = open_engine(loyalty.database_url)
    try:
        async with async_sessionmaker(engine).begin() as session:
            tiers = await tiers_of(session, ["asha", "ben"])
            at = [tiers.at("asha", "USD", START + day * DAY) for day in (5, 5.01, 99)]
            assert (at, tiers.at("asha", "EUR", START + 6 * DAY)) == ([None, "silver", "silver"], None)
            assert tiers.at("ben", "USD", START + 6 * DAY) is None
    finally:
        await engine.dispose()


async def test_L03_one_person_has_one_tier(loyalty: Client) -> None:
    await with_card(loyalty, "zoe")
    await handled(
        loyalty, WORK, await buys(loyalty, "b1", 1, "150", "zoe"), await buys(loyalty, "b2", 2, "150", "asha")
    )
    await handled(loyalty, WORK, told(CustomerMerged(into="zoe", at=START), "asha", "asha"))
    await handled(loyalty, WORK, await buys(loyalty, "b3", 3, "1", "asha"))
    both = [await history(loyalty, name) for name in ("asha", "zoe")]
    assert both == [[("silver", 1, 2), ("gold", 2, None)]] * 2
    [view] = (await loyalty.get("/v1/customers/asha/tier")).json()["tiers"]
    assert (view["code"], view["spend"], view["next"]) == ("gold", "301.00", None)
    assert [each[:4] for each in await changes_told(loyalty)] == [
        (1, "zoe", None, "silver"),
        (2, "asha", "silver", "gold"),
    ]


async def test_L03_two_who_are_one_are_looked_at_when_that_is_told(loyalty: Client) -> None:
    await with_card(loyalty, "zoe")
    await handled(loyalty, WORK, await buys(loyalty, "b1", 1, "60", "zoe"), await buys(loyalty, "b2", 2, "60", "asha"))
    await handled(loyalty, JOINING, told(CustomerMerged(into="zoe", at=START), "asha", "asha", START + 5 * DAY))
    assert await history(loyalty, "zoe") == [("silver", 2, None)]
    await handled(loyalty, JOINING, told(CustomerUnmerged(at=START), "asha", "asha", START + 6 * DAY))
    assert [await history(loyalty, name) for name in ("asha", "zoe")] == [[], []]
    assert [each[:4] for each in await changes_told(loyalty)] == [
        (2, "asha", None, "silver"),
        (6, "asha", "silver", None),
    ]


async def test_L03_new_rules_are_looked_at_on_their_day(loyalty: Client) -> None:
    await with_card(loyalty, "asha")
    await handled(loyalty, WORK, await buys(loyalty, "b1", 1, "150"))
    later = START + 30 * DAY
    dearer = TOLD | {"id": "p2", "valid_from": later.isoformat(), "tiers": TOLD["tiers"][1:], "grace_days": 0}
    assert (await loyalty.post("/v1/programmes", dearer)).status_code == 201
    engine = open_engine(loyalty.database_url)
    try:
        async with async_sessionmaker(engine).begin() as session:
            await look_again(session, "USD", later)
    finally:
        await engine.dispose()
    assert [await look(loyalty, day) for day in (29, 30, 31)] == [0, 1, 0]
    assert (await changes_told(loyalty))[-1] == (30, "asha", "silver", None, "down")


async def test_L03_who_is_erased_was_of_no_tier(loyalty: Client) -> None:
    await with_card(loyalty, "asha", "ben")
    events = [await buys(loyalty, f"b-{name}", 1, "100", name) for name in ("asha", "ben")]
    await handled(loyalty, WORK, *events)
    await handled(loyalty, WORK, told(CustomerErased(erasure_id="part-1"), "asha", "asha"))
    await handled(loyalty, WORK, events[0])
    assert await rows(loyalty, "select customer_id from tier_spans") == [("ben",)]
    assert found(await dump(loyalty.database_url), "asha") == []
    assert await look(loyalty, 140) == 1


async def test_C10_who_is_left_of_two_who_were_one_keeps_the_tier(loyalty: Client) -> None:
    await with_card(loyalty, "asha", "zoe")
    await handled(loyalty, WORK, await buys(loyalty, "b1", 1, "20"), await buys(loyalty, "b2", 2, "100", "zoe"))
    await handled(loyalty, JOINING, told(CustomerMerged(into="zoe", at=START), "asha", "asha", START + 5 * DAY))
    assert await rows(loyalty, "select distinct customer_id from tier_spans") == [("asha",)]
    await handled(loyalty, WORK, told(CustomerErased(erasure_id="part-1"), "asha", "asha"))
    assert await history(loyalty, "zoe") == [("silver", 2, None)]
    assert found(await dump(loyalty.database_url), "asha") == []
    assert await look(loyalty, 140) == 1
