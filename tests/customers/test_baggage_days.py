"""C08: the end of a store's day, told by the store or noticed by the clock; and two employees at one bag."""

import asyncio
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from services.customers.baggage.tables import Bag
from shared import clock
from tests.customers.baggage import BODIES, LIST, all_of, at, close, deposit, rule, said, shown, step, walk, watched
from tests.customers.visits import at_noon, keep_store, kinds, opened
from tests.support.client import Client

KOLKATA, NEW_YORK = "Asia/Kolkata", "America/New_York"  # their day of the 5th ends at 18:30 UTC, at 5:00 UTC


async def states(customers: Client) -> dict[str, str]:
    """The state of every bag."""
    return {bag["id"]: bag["state"] for bag in (await customers.get(LIST)).json()["items"]}


async def test_C08_the_end_of_the_day_is_told_with_what_is_to_be_done(customers: Client) -> None:
    await deposit(customers, id="b1")
    await deposit(customers, id="b2", perishable=True, occurred_at=at(hours=1))
    await deposit(customers, id="elsewhere", store_id="331")
    await walk(customers, "return", key=await deposit(customers, id="gone"))
    first, again = await close(customers), await close(customers)
    assert (first.status_code, first.json()["unclaimed"], again.json()["unclaimed"]) == (200, 2, 0)
    assert first.json()["bags"] == again.json()["bags"]
    told = [(bag["id"], bag["state"], bag["demanded"], bag["version"]) for bag in first.json()["bags"]]
    assert told == [("b1", "unclaimed", "inspect", 2), ("b2", "unclaimed", "inspect", 2)]
    assert await states(customers) == {
        "b1": "unclaimed",
        "b2": "unclaimed",
        "elsewhere": "deposited",
        "gone": "returned",
    }
    assert [each["what"] for each in await said(customers)] == ["close-of-day", "deposit"]


async def test_C08_what_is_demanded_follows_the_procedure(customers: Client) -> None:
    async def demanded() -> str | None:
        return next((str(bag["demanded"]) for bag in (await close(customers)).json()["bags"]), None)

    await deposit(customers, perishable=True)
    for verb in ("inspect", "discard-perishables", "tag", "retain"):
        assert await demanded() == verb
        await walk(customers, verb)
    assert await demanded() is None, "it is retained: nothing is to be done with it"


async def test_C08_an_owner_is_contacted_and_waited_for(customers: Client) -> None:
    for bag in ("waits", "never-came"):
        await deposit(customers, id=bag)
    await close(customers, occurred_at=at(hours=1))
    for bag, contacted in {"waits": None, "never-came": at(hours=3)}.items():
        await walk(customers, "inspect", key=bag, address_found=True, occurred_at=at(hours=2))
        told = {each["id"]: each["demanded"] for each in (await close(customers)).json()["bags"]}
        assert told[bag] == "contact-owner"
        await walk(customers, "contact-owner", key=bag, occurred_at=contacted)
    assert [(each["id"], each["demanded"]) for each in (await close(customers)).json()["bags"]] == [
        ("never-came", "tag")
    ]


async def test_C08_a_day_ends_where_the_store_is(customers: Client) -> None:
    await keep_store(customers, "330", KOLKATA)
    for bag, hours in {"before": 8, "after": 9}.items():
        await deposit(customers, id=bag, occurred_at=at(hours=hours))
    closed = await close(customers, day="2025-01-05")
    assert (closed.json()["day"], closed.json()["unclaimed"]) == ("2025-01-05", 1)
    assert await states(customers) == {"before": "unclaimed", "after": "deposited"}
    assert (await shown(customers, "before"))["unclaimed_at"] == "2025-01-05T18:30:00Z"


async def test_C08_a_store_closes_today_before_midnight(customers: Client) -> None:
    now = clock.now()
    await keep_store(customers, "330", at_noon(now))
    await deposit(customers, occurred_at=(now - timedelta(hours=1)).isoformat())
    await deposit(customers, id="later", occurred_at=(now + timedelta(hours=1)).isoformat())
    async with watched(customers) as watch:
        assert await watch.look() == 0, "the day is not over"
    assert (await close(customers)).json()["unclaimed"] == 1
    bag = await shown(customers)
    assert bag["unclaimed_at"] < bag["day_ends_at"]
    assert await states(customers) == {"b1": "unclaimed", "later": "deposited"}


async def test_C08_a_day_that_has_not_begun_is_not_closed(customers: Client) -> None:
    await keep_store(customers, "330", NEW_YORK)
    await deposit(customers)
    before = await all_of(customers)
    tomorrow = await close(customers, day="2025-01-06", occurred_at="2025-01-06T04:59:59Z")
    assert "has not begun in this store" in rule(tomorrow)
    assert await all_of(customers) == before
    yesterday = await close(customers, day="2025-01-04", occurred_at="2025-01-06T04:59:59Z")
    assert yesterday.json()["unclaimed"] == 0
    assert (await close(customers, occurred_at="2025-01-06T04:59:59Z")).json()["day"] == "2025-01-05"
    assert (await shown(customers))["unclaimed_at"] == "2025-01-06T04:59:59Z"


async def test_C08_nobody_closes_tomorrow_by_a_time_ahead(customers: Client) -> None:
    now = clock.now()
    await keep_store(customers, "330", at_noon(now))
    await deposit(customers, occurred_at=(now - timedelta(hours=1)).isoformat())
    later = now + timedelta(hours=2)
    await deposit(customers, id="later", occurred_at=later.isoformat())
    ahead = {"occurred_at": (now + timedelta(hours=23)).isoformat()}
    today = (await close(customers)).json()["day"]
    tomorrow = (date.fromisoformat(today) + timedelta(days=1)).isoformat()
    assert "has not begun in this store" in rule(await close(customers, day=tomorrow, **ahead))
    assert (await close(customers, **ahead)).json()["day"] == today
    assert await states(customers) == {"b1": "unclaimed", "later": "deposited"}


async def test_C08_what_perishes_is_demanded_while_the_owner_is_waited_for(customers: Client) -> None:
    await deposit(customers, perishable=True)
    await close(customers, occurred_at=at(hours=1))
    await walk(customers, "inspect", "contact-owner", address_found=True)
    told = [(bag["id"], bag["demanded"]) for bag in (await close(customers)).json()["bags"]]
    assert told == [("b1", "discard-perishables")]
    await walk(customers, "discard-perishables")
    assert (await close(customers)).json()["bags"] == []


async def test_C08_the_clock_closes_for_a_store_that_forgot(customers: Client) -> None:
    await keep_store(customers, "330", NEW_YORK)
    await deposit(customers)
    await deposit(customers, id="b2", store_id="unknown")
    async with watched(customers) as watch:
        assert (await watch.look(), await watch.look()) == (2, 0)
    assert (await shown(customers))["unclaimed_at"] == "2025-01-06T05:00:00Z"
    assert (await shown(customers, "b2"))["unclaimed_at"] == "2025-01-06T00:00:00Z"
    [newest, _] = await said(customers)
    assert (newest["what"], newest["by"], newest["at"]) == ("close-of-day", "clock", "2025-01-06T05:00:00Z")
    assert (newest["before"]["state"], newest["after"]["state"]) == ("deposited", "unclaimed")
    assert kinds(await customers.outbox()) == ["crm.baggage.deposited.v1"] * 2


async def test_C08_a_return_of_that_day_may_be_told_after_the_clock(customers: Client) -> None:
    token = await deposit(customers)
    async with watched(customers) as watch:
        await watch.look()
    back = await walk(customers, "return", key=token, occurred_at=at(hours=2))
    assert (back["state"], back["last_step_at"]) == ("returned", at(hours=2))


async def test_C08_two_clocks_and_a_store_close_each_bag_once(customers: Client) -> None:
    ids = [f"b{number}" for number in range(120)]
    for start in range(0, 120, 8):
        await asyncio.gather(*(deposit(customers, id=bag) for bag in ids[start : start + 8]))
    async with watched(customers) as one, watched(customers) as other:
        done = await asyncio.gather(one.look(), other.look(), close(customers), close(customers))
        rest = await one.look()
    closed = [answer if isinstance(answer, int) else answer.json()["unclaimed"] for answer in done]
    assert sum(closed) + rest == 120
    bags = (await customers.get(f"{LIST}?limit=500")).json()["items"]
    assert {(bag["state"], bag["version"]) for bag in bags} == {("unclaimed", 2)}


async def test_C08_the_clock_passes_by_a_bag_that_somebody_is_at(customers: Client) -> None:
    await deposit(customers)
    async with watched(customers) as watch:
        async with opened(customers) as session:
            await session.execute(select(Bag).where(col(Bag.id) == "b1").with_for_update())
            assert await watch.look() == 0
        assert await watch.look() == 1


ONCE: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "return": ((), {}),
    "report-lost": ((), {}),
    "authenticate": (("report-lost",), {}),
    "inspect": (("close-of-day",), {}),
    "contact-owner": (("close-of-day", "inspect"), {"address_found": True}),
    "discard-perishables": (("close-of-day", "inspect"), {}),
    "tag": (("close-of-day", "inspect", "discard-perishables"), {}),
    "retain": (("close-of-day", "inspect", "discard-perishables", "tag"), {}),
}


async def test_C08_of_two_employees_at_one_bag_one_wins(customers: Client) -> None:
    assert set(ONCE) == set(BODIES) - {"dispose"}
    for verb, (way, changes) in ONCE.items():
        bag = f"b-{verb}"
        token = await deposit(customers, id=bag, perishable=True)
        await walk(customers, *way, key=bag, **changes)
        before = await shown(customers, bag)
        told = len(await customers.outbox())
        match = f'"{before["version"]}"'
        answers = await asyncio.gather(*(step(customers, token, verb, match) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 4, verb
        after = await shown(customers, bag)
        assert (after["version"], (await said(customers, bag))[0]["what"]) == (before["version"] + 1, verb)
        assert len(await customers.outbox()) - told == (verb in ("return", "retain"))


async def test_C08_returned_by_anybody_at_once_it_is_returned_once(customers: Client) -> None:
    token = await deposit(customers)
    answers = await asyncio.gather(*(step(customers, token, "return") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert kinds(await customers.outbox()).count("crm.baggage.returned.v1") == 1


async def test_C08_a_return_while_the_day_is_closed(customers: Client) -> None:
    tokens = {f"b{number}": await deposit(customers, id=f"b{number}") for number in range(8)}
    returns = [step(customers, token, "return", '"1"') for token in tokens.values()]
    *answers, closed = await asyncio.gather(*returns, close(customers))
    won = [bag for bag, answer in zip(tokens, answers, strict=True) if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 412}
    assert closed.json()["unclaimed"] == 8 - len(won)
    assert await states(customers) == {bag: "returned" if bag in won else "unclaimed" for bag in tokens}
