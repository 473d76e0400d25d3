"""L03: points are earned, taken back, and lost by age; the ledger is in balance."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event

from services.loyalty.erasures.forgetting import forgetting
from services.loyalty.points import due
from services.loyalty.points.awards import Award, award
from services.loyalty.points.domain import earned, worth
from services.loyalty.points.following import earning
from services.loyalty.programme.domain import Programme
from services.loyalty.tiers.tables import TierSpan
from shared.aliases import keeping_aliases
from shared.events.customers import CustomerErased, CustomerMerged
from shared.outbox import Transaction
from shared.worker import Work
from tests.loyalty.bills import rows
from tests.loyalty.earning import (
    BEGIN,
    ERASED,
    bought,
    carded,
    corrected,
    day,
    has,
    heard,
    member,
    redeem,
    returned,
    said,
    tick,
    within,
)
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.told import told

WORK = Work("loyalty", [], {CustomerErased: forgetting(ERASED), CustomerMerged: keeping_aliases(ERASED)}, ())


@pytest.mark.parametrize(
    ("paid", "rate", "points"),
    [("99.99", "1", 99), ("0.99", "1", 0), ("33.34", "0.3", 10), ("-5", "1", 0), ("9" * 18, "1000", 1_000_000_000)],
)
def test_L03_points_are_rounded_down(paid: str, rate: str, points: int) -> None:
    assert earned(Decimal(paid), Decimal(rate)) == points


@pytest.mark.parametrize(("currency", "value"), [("JPY", "1"), ("USD", "1.99"), ("KWD", "1.998")])
def test_L03_what_points_are_worth_is_exact_in_the_currency(currency: str, value: str) -> None:
    programme = Programme("p", BEGIN, currency, Decimal(1), Decimal("0.0111"), 0, None, 0, (), 365, 90)
    assert worth(180, programme) == Decimal(value)


async def test_L03_who_held_a_card_earns_pending_points(loyalty: Client) -> None:
    await member(loyalty)
    await carded(loyalty, "ben", "c-2", since=day(5))
    strangers = [bought("b3", 2, customer="eve"), bought("b4", 2, customer="store:330"), bought("b5", -1)]
    euros = bought("b6", 2, currency="EUR")
    await heard(loyalty, bought("b1", 1, "99.99"), bought("b2", 2, customer="ben"), *strangers, euros)
    assert await has(loyalty) == (0, 99, 0)
    assert await has(loyalty, "c-2") == (0, 0, 0), "the card was issued later"
    [earning_told] = await loyalty.outbox()
    about_it = earning_told.partitionkey, earning_told.subject, earning_told.time, earning_told.storeid
    assert about_it == ("asha", "purchase:b1", day(1), "330")
    value = {"amount": Decimal("1.48"), "currency": "USD"}
    about = {"card_id": "c-1", "points": 99, "value": value, "reason": "purchase", "about_id": "b1"}
    assert earning_told.data.model_dump() == about
    await heard(loyalty, bought("b1", 1, "99.99"), now=day(3))
    assert (await has(loyalty), len(await said(loyalty))) == ((0, 99, 0), 1), "told twice it counts once"


async def test_L03_points_mature_and_expire_at_their_times_however_late_the_clock(loyalty: Client) -> None:
    await member(loyalty)
    await heard(loyalty, bought("b1", 1))
    assert await tick(loyalty, day(15) - timedelta(seconds=1)) == 0
    assert await has(loyalty) == (0, 100, 0)
    done = await asyncio.gather(*(tick(loyalty, day(1000)) for _ in range(3)))
    assert (sum(done), await has(loyalty)) == (2, (0, 0, 0))
    ledger = (await loyalty.get("/v1/cards/c-1/ledger")).json()["items"]
    assert [(each["kind"], each["points"], each["by"]) for each in ledger] == [
        ("expired", -100, "clock"), ("matured", 0, "clock"), ("earned", 100, "clock"),
    ]  # fmt: skip
    assert [each["occurred_at"][:10] for each in ledger] == ["2018-01-16", "2017-01-16", "2017-01-02"]
    assert (await said(loyalty))[-1] == ("expired", 100, "age", None)
    assert (await loyalty.outbox())[-1].time == day(15 + 365)


async def test_L03_a_return_takes_its_share_back_once(loyalty: Client) -> None:
    await member(loyalty)
    part = returned("b1", "r1", 3, "33.50")
    await heard(loyalty, bought("b1", 1, "100.40"), part, part)
    assert await has(loyalty) == (0, 66, 0), "66.90 is kept"
    await heard(loyalty, part)
    await heard(loyalty, returned("b1", "r2", 4, "0.10"))
    assert await has(loyalty) == (0, 66, 0)
    await heard(loyalty, returned("b1", "r2", 4, "0.10"), returned("b1", "r3", 4, "0.85"))
    assert await has(loyalty) == (0, 65, 0), "65.95 is kept"
    told_of = await said(loyalty)
    assert told_of[1:] == [("reversed", 34, "return", "r1"), ("reversed", 1, "return", "r3")]


async def test_L03_what_was_spent_of_a_return_is_taken_elsewhere_or_owed_and_paid_first(loyalty: Client) -> None:
    await member(loyalty, expiry_days=None)
    await heard(loyalty, bought("b1", 1), bought("b2", 20, "30"))
    await tick(loyalty, day(16))
    assert (await redeem(loyalty, 90, 17)).status_code == 201
    await heard(loyalty, returned("b1", "r1", 21, "100"))
    assert await has(loyalty) == (0, 0, 60), "10 of its own, 30 that are pending, the rest is a debt"
    await heard(loyalty, bought("b3", 22, "50"))
    assert await has(loyalty) == (0, 50, 60)
    await tick(loyalty, day(40))
    assert await has(loyalty) == (0, 0, 10)

    async def give(tx: Transaction) -> None:
        await award(tx, Award("referral:7", "asha", "USD", 25, day(41), "referral", "7"))

    await asyncio.gather(*(within(loyalty, give, day(41)) for _ in range(3)))
    assert await has(loyalty) == (15, 0, 0)
    assert (await said(loyalty))[-1] == ("earned", 25, "referral", "7")


async def test_L03_a_correction_earns_or_takes_back_and_the_last_one_holds(loyalty: Client) -> None:
    await member(loyalty)
    more, less = corrected("b1", 2, "80", "40.50"), corrected("b1", 3, "70")
    await heard(loyalty, bought("b1", 1), more)
    assert await has(loyalty) == (0, 120, 0)
    await heard(loyalty, returned("b1", "r1", 2, "10"), less)
    await heard(loyalty, more)
    assert await has(loyalty) == (0, 60, 0), "10 of the 70 came back"
    await tick(loyalty, day(15))
    await heard(loyalty, corrected("b1", 16, "75"))
    assert await has(loyalty) == (65, 0, 0), "its return window is over"
    await heard(loyalty, corrected("b1", 17), corrected("b9", 17, "5"))
    assert await has(loyalty) == (0, 0, 0), "the bill was somebody else's"
    told_of = [(what, points) for what, points, why, about in await said(loyalty) if why == "correction"]
    assert told_of == [("earned", 20), ("reversed", 50), ("earned", 5), ("reversed", 65)]


async def test_L03_what_was_lost_by_age_is_not_taken_a_second_time(loyalty: Client) -> None:
    await member(loyalty, expiry_days=1)
    await heard(loyalty, bought("b1", 1))
    await tick(loyalty, day(20))
    await heard(loyalty, returned("b1", "r1", 21, "60"), corrected("b1", 22, "500"))
    assert await has(loyalty) == (0, 0, 0)


async def test_L03_a_debt_is_paid_of_points_before_they_are_lost_by_age(loyalty: Client) -> None:
    await member(loyalty, expiry_days=1)
    taken = {"points": -30, "currency": "USD", "reason_text": "a mistake", "by": "e", "occurred_at": day(1).isoformat()}
    assert (await loyalty.post("/v1/cards/c-1/adjustments", taken)).status_code == 201
    await heard(loyalty, bought("b1", 1))
    assert await within(loyalty, due.expire, day(1000)) == 0, "they have not matured"
    await tick(loyalty, day(1000))
    assert await has(loyalty) == (0, 0, 0)
    assert (await said(loyalty))[-1] == ("expired", 70, "age", None)


async def test_L03_a_lot_expires_once_where_another_clock_is_ahead(loyalty: Client) -> None:
    await member(loyalty, expiry_days=1)
    await heard(loyalty, bought("b1", 1))
    await tick(loyalty, day(16))
    await heard(loyalty, corrected("b1", 15.5, "500"), now=day(15.9))
    assert (await has(loyalty), await tick(loyalty, day(17))) == ((0, 0, 0), 0)


async def test_L03_only_of_their_own_purchases_do_customers_bring_back(loyalty: Client) -> None:
    await member(loyalty)
    await carded(loyalty, "ben", "c-2")
    await heard(loyalty, bought("b1", 1), bought("b2", 1, customer="ben"))
    await heard(loyalty, returned("b1", "r1", 3, "60", "ben"), corrected("b1", 3, "5", customer="ben"))
    assert await has(loyalty) == (0, 100, 0)
    await heard(loyalty, returned("b1", "r1", 4, "10"), returned("b2", "r1", 4, "20", "ben"))
    assert (await has(loyalty), await has(loyalty, "c-2")) == ((0, 90, 0), (0, 80, 0)), "each counts returns alone"
    await heard(loyalty, corrected("b1", 5, "50", customer="store:330"))
    assert await has(loyalty) == (0, 40, 0), "the bill became nobody's"


async def test_L03_points_are_earned_at_the_tier_of_then_and_taken_back_at_the_same(loyalty: Client) -> None:
    tiers = [{"code": "gold", "threshold": "500", "multiplier": "1.5"}]
    await member(loyalty, tiers=tiers)
    await heard(loyalty, bought("b1", 1, "33.33"))

    async def reach_gold(tx: Transaction) -> None:
        tx.session.add(TierSpan(customer_id="asha", currency="USD", since=day(2), code="gold"))

    await within(loyalty, reach_gold, day(2))
    await heard(loyalty, bought("b2", 3, "33.33"))
    assert await has(loyalty) == (0, 33 + 49, 0)
    await heard(loyalty, returned("b2", "r1", 4, "13.33"), returned("b1", "r2", 4, "13.33"))
    assert await has(loyalty) == (0, 20 + 30, 0)


async def test_L03_the_tiers_of_a_batch_cost_one_question(loyalty: Client) -> None:
    await member(loyalty, tiers=[{"code": "gold", "threshold": "500", "multiplier": "1.5"}])
    asked: list[str] = []

    async def take_in(tx: Transaction) -> None:
        connection = (await tx.session.connection()).sync_connection
        event.listen(connection, "before_cursor_execute", lambda *told_of: asked.append(told_of[2]))
        await earning(ERASED)(tx, [bought(f"b{number}", 1, "1") for number in range(30)])

    await within(loyalty, take_in, day(2))
    assert (len([each for each in asked if "tier_spans" in each]), await has(loyalty)) == (1, (0, 30, 0))


async def test_L03_a_programme_put_later_leaves_what_was_earned(loyalty: Client) -> None:
    await member(loyalty)
    await heard(loyalty, bought("b1", 2))
    later = {"id": "p-2", "valid_from": day(1).isoformat(), "currency": "USD", "points_per_unit": "3"}
    assert (await loyalty.post("/v1/programmes", later | {"point_value": "1"})).status_code == 201
    await heard(loyalty, bought("b2", 3), returned("b1", "r1", 3, "50"))
    assert await has(loyalty) == (0, 350, 0)


async def test_L03_a_movement_that_does_not_balance_can_not_be_committed(loyalty: Client) -> None:
    await member(loyalty)
    await heard(loyalty, bought("b1", 1))
    connection = await asyncpg.connect(loyalty.database_url)
    try:
        for statement in (
            "insert into entries values ('purchase:b1', 3, 'redeemed', null, null, 5)",
            "update entries set points = points + 1 where number = 1",
            "delete from entries where number = 1",
        ):
            with pytest.raises(asyncpg.CheckViolationError, match="sum to 0"):
                await connection.execute(statement)
        await connection.execute("delete from movements")
    finally:
        await connection.close()


async def test_L03_a_merged_customer_spends_the_points_of_both(loyalty: Client) -> None:
    await member(loyalty, expiry_days=None)
    await carded(loyalty, "ann", "c-2")
    await heard(loyalty, bought("b1", 1, "40"), bought("b2", 1, "70", customer="ann"))
    await tick(loyalty, day(15))
    await handled(loyalty, WORK, told(CustomerMerged(into="asha", at=day(16)), "ann", "ann"))
    assert await has(loyalty) == await has(loyalty, "c-2") == (110, 0, 0)
    assert (await redeem(loyalty, 100, 16)).status_code == 201
    await heard(loyalty, bought("b3", 17, customer="ann"))
    assert await has(loyalty) == (10, 100, 0)
    await handled(loyalty, WORK, told(CustomerErased(erasure_id="e"), "asha", "asha"))
    assert found(await dump(loyalty.database_url), "asha", "c-1") == []
    assert await has(loyalty, "c-2") == (10, 100, 0), "who is left keeps theirs, in balance"


async def test_L03_the_ledger_of_who_is_erased_is_gone(loyalty: Client) -> None:
    await member(loyalty)
    await heard(loyalty, bought("b1", 1), bought("b2", 16))
    await tick(loyalty, day(16))
    await redeem(loyalty, 10, 17)
    await heard(loyalty, returned("b1", "r1", 18, "100"))
    await handled(loyalty, WORK, told(CustomerErased(erasure_id="e"), "asha", "asha"))
    assert found(await dump(loyalty.database_url), "asha", "c-1", "purchase:b1", "r1") == []
    assert await tick(loyalty, day(1000)) == 0
    await heard(loyalty, bought("b3", 19), returned("b2", "r2", 19, "50"))
    assert await rows(loyalty, "select count(*) from point_accounts") == [(0,)]


async def test_L03_purchases_of_people_without_cards_cost_two_questions(loyalty: Client) -> None:
    await member(loyalty)
    asked: list[str] = []

    class Counting:
        def __init__(self, session: Any) -> None:
            self.session = session

        async def execute(self, statement: Any, *more: Any) -> Any:
            asked.append(str(statement))
            return await self.session.execute(statement, *more)

    events = [bought(f"b{number}", 1, customer=f"p{number}") for number in range(2000)]

    async def take_in(tx: Transaction) -> None:
        tx.session = Counting(tx.session)  # type: ignore[assignment]
        await earning(ERASED)(tx, events)

    await within(loyalty, take_in, day(2))
    assert len(asked) == 2
