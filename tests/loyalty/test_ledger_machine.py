"""L03: whatever members, tills and the clock do, the ledger is in balance and as a plain model of it says."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from services.loyalty.points import due
from services.loyalty.points.awards import Award, award
from services.loyalty.points.commands import redeem
from services.loyalty.points.models import NewRedemption
from services.loyalty.tiers.tables import TierSpan
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.problems import NOT_ENOUGH_POINTS, Problem
from tests.loyalty.bills import rows
from tests.loyalty.earning import (
    ERASED,
    bought,
    carded,
    corrected,
    day,
    has,
    heard,
    member,
    returned,
    within,
)
from tests.support.client import Client

PENDING, LIFE = 2, 6
TIERS = [{"code": "gold", "threshold": "1000000", "multiplier": "1.5"}]
TILL = Principal("till", frozenset())
CENTS = Decimal("0.99")
SOUND = """
    select (select count(*) from (select 1 from entries group by movement_id having sum(points) <> 0) as loose),
        (select count(*) from lots where remaining <> coalesce(
            (select sum(points) from entries where lot_id = lots.id and account in ('pending', 'available')), 0)),
        (select count(*) from (select 1 from entries where account = 'owed' group by customer_id
            having sum(points) > 0) as overpaid)
"""
"""Movements that don't balance, lots that say something else than their entries, debts below 0."""
_numbers = count(1)


@dataclass
class Earned:
    """A plain lot: when it can be spent, until when, what is left of it, and what the customer has had of it.

    `moves`: on which day how many points of it became available, below 0 where they were used.
    """

    opens: int
    ends: int
    left: int
    had: int
    is_open: bool = False
    paid: Decimal = Decimal(0)
    back: int = 0
    moves: list[tuple[int, int]] = field(default_factory=list)

    def move(self, day: int, points: int) -> None:
        """Points come to it, or go."""
        self.left += points
        if self.is_open:
            self.moves.append((day, points))

    def then(self, at: int) -> int:
        """What was available of it that day, and still is."""
        return min(self.left, sum(points for day, points in self.moves if day <= at))


@dataclass
class Plain:
    """The ledger by the plainest rules, in days and whole points. `rate`: points a unit."""

    now: int = 1
    owed: int = 0
    rate: Decimal = Decimal(1)
    lots: dict[str, Earned] = field(default_factory=dict)

    def usable(self, at: int) -> list[Earned]:
        """What can be spent as of that day, the oldest-expiring first."""
        return [lot for lot in self.by_age() if lot.is_open and lot.opens <= at and self.now < lot.ends]

    def by_age(self) -> list[Earned]:
        """Every lot, the oldest-expiring first; of the same age in the order of their names."""
        return [lot for _, lot in sorted(self.lots.items(), key=lambda item: (item[1].ends, item[1].opens, item[0]))]

    def gain(self, lot: Earned, points: int) -> None:
        """Points come to a lot: where it is open, the debt is paid first."""
        lot.had += points
        lot.move(self.now, points - (self.pay(points) if lot.is_open else 0))

    def pay(self, points: int) -> int:
        """Of the debt, what so many points can pay."""
        paid = min(self.owed, points)
        self.owed -= paid
        return paid

    def lose(self, points: int, own: Earned | None = None) -> None:
        """Points are taken back: its own, then the oldest, then as a debt."""
        for lot in [own, *(lot for lot in self.by_age() if lot is not own and self.now < lot.ends)]:
            taken = min(points, lot.left) if lot else 0
            points -= taken
            if lot and taken:
                lot.move(self.now, -taken)
        self.owed += points

    def spend(self, points: int, at: int) -> bool:
        """Whether so many points could be spent as of that day."""
        lots = [(lot, lot.then(at)) for lot in self.usable(at)]
        if sum(there for _, there in lots) < points:
            return False
        for lot, there in lots:
            taken = min(points, there)
            points -= taken
            lot.move(at, -taken)
        return True

    def worth(self, paid: Decimal) -> int:
        """Points for what was paid, in whole ones."""
        return int(max(paid, Decimal(0)) * self.rate)

    def settle(self, lot: Earned) -> None:
        """A purchase's points are those of what is left of it."""
        gap = self.worth(lot.paid - lot.back) - lot.had
        if gap < 0:
            lot.had += gap
            self.lose(-gap, lot)
        elif self.now < lot.ends:
            self.gain(lot, gap)

    def mature(self) -> None:
        """The clock looks for what can be spent from now on."""
        for lot in sorted((lot for lot in self.lots.values() if not lot.is_open), key=lambda lot: lot.opens):
            if lot.opens <= self.now:
                points, lot.left, lot.is_open = lot.left, 0, True
                lot.move(lot.opens, points - self.pay(points))

    def expire(self) -> None:
        """The clock looks for what is lost by age; nothing is that has not matured."""
        for lot in self.lots.values():
            if lot.is_open and lot.ends <= self.now:
                lot.had -= lot.left
                lot.move(lot.ends, -lot.left)

    def balance(self) -> tuple[int, int, int]:
        """Available, pending, owed."""
        lots = self.lots.values()
        return sum(lot.left for lot in lots if lot.is_open), sum(lot.left for lot in lots if not lot.is_open), self.owed


class Ledger(RuleBasedStateMachine):
    """One member under two ids, on the real database."""

    client: ClassVar[Client]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def __init__(self) -> None:
        super().__init__()
        self.plain, self.number = Plain(), next(_numbers)
        self.who, self.card, self.other = f"m{self.number}", f"c{self.number}", f"a{self.number}"

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Done on the loop of the test."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def name(self) -> str:
        """An id that nobody has."""
        return f"{next(_numbers):06}"

    @initialize(is_gold=st.booleans())
    def join(self, is_gold: bool) -> None:
        """With a debt, that what matures or is given pays first."""
        self.do(carded(self.client, self.who, self.card))
        self.do(within(self.client, partial(self._known, is_gold=is_gold), day(1)))
        self.plain.rate = Decimal("1.5") if is_gold else Decimal(1)
        self._adjust(-100)
        self._buy(260, self.who)

    async def _known(self, tx: Transaction, is_gold: bool) -> None:
        alias = text("insert into aliases (id, merged_into, told_at) values (:other, :who, now())")
        await tx.session.execute(alias, {"other": self.other, "who": self.who})
        if is_gold:
            tx.session.add(TierSpan(customer_id=self.other, currency="USD", since=day(0), code="gold"))

    def whose(self, is_other: bool) -> str:
        """One of the two ids."""
        return self.other if is_other else self.who

    @rule(paid=st.integers(0, 300), is_other=st.booleans())
    def buy(self, paid: int, is_other: bool) -> None:
        self._buy(paid, self.whose(is_other))

    def _buy(self, paid: int, who: str) -> None:
        name, now = self.name(), self.plain.now
        event = bought(name, now, f"{paid}.99", who)
        for _ in range(2):
            self.do(heard(self.client, event))
        opens = now + PENDING
        points = self.plain.worth(paid + CENTS)
        self.plain.lots[f"purchase:{name}"] = Earned(opens, opens + LIFE, points, points, paid=paid + CENTS)

    @precondition(lambda self: any(name.startswith("purchase") for name in self.plain.lots))
    @rule(data=st.data(), share=st.integers(0, 150), is_other=st.booleans())
    def bring_back(self, data: st.DataObject, share: int, is_other: bool) -> None:
        name, lot = self._one(data)
        event = returned(name.partition(":")[2], self.name(), self.plain.now, str(share), self.whose(is_other))
        for _ in range(2):
            self.do(heard(self.client, event))
        lot.back += share
        self.plain.settle(lot)

    @precondition(lambda self: any(name.startswith("purchase") for name in self.plain.lots))
    @rule(data=st.data(), paid=st.integers(0, 300))
    def correct(self, data: st.DataObject, paid: int) -> None:
        name, lot = self._one(data)
        event = corrected(name.partition(":")[2], self.plain.now, f"{paid}.99", customer=self.who)
        for _ in range(2):
            self.do(heard(self.client, event))
        lot.paid = paid + CENTS
        self.plain.settle(lot)

    @rule(points=st.sampled_from([-300, -150, -1, 40, 150]))
    def adjust(self, points: int) -> None:
        self._adjust(points)

    def _adjust(self, points: int) -> None:
        name, now = self.name(), self.plain.now
        told = {"id": name, "points": points, "currency": "USD", "reason_text": "so", "by": "e"}
        told |= {"occurred_at": day(now).isoformat()}
        assert self.do(self.client.post(f"/v1/cards/{self.card}/adjustments", told)).status_code == 201
        if points < 0:
            self.plain.lose(-points)
        else:
            self._given(f"adjustment:{name}", points)

    @rule(points=st.integers(1, 100))
    def bring_a_friend(self, points: int) -> None:
        told = Award(f"referral:{self.name()}", self.who, "USD", points, day(self.plain.now), "referral")

        async def give(tx: Transaction) -> None:
            await award(tx, told)

        for _ in range(2):
            self.do(within(self.client, give, told.at))
        self._given(told.id, points)

    @rule()
    def spend_at_eight_tills_at_once(self) -> None:
        async def all_at_once() -> list[bool]:
            return await asyncio.gather(*(self._spent(100, self.plain.now) for _ in range(8)))

        expected = [self.plain.spend(100, self.plain.now) for _ in range(8)]
        assert sorted(self.do(all_at_once())) == sorted(expected)

    @rule(points=st.integers(1, 300), days=st.integers(1, 6))
    def spend_as_of_an_earlier_day(self, points: int, days: int) -> None:
        at = max(0, self.plain.now - days)
        assert self.do(self._spent(points, at)) == self.plain.spend(points, at)

    async def _spent(self, points: int, at: int) -> bool:
        told = NewRedemption.model_validate({"points": points, "currency": "USD", "occurred_at": day(at).isoformat()})

        async def spend(tx: Transaction) -> None:
            tx.erased = ERASED
            await redeem(tx, self.card, told, TILL)

        try:
            await within(self.client, spend, day(self.plain.now))
        except Problem as problem:
            if problem.kind != NOT_ENOUGH_POINTS:
                raise
            return False
        return True

    @rule(days=st.sampled_from([2, 1, 3, 6]), look=st.sampled_from([("mature", "expire"), ("mature",), ()]))
    def pass_time(self, days: int, look: Sequence[str]) -> None:
        self.plain.now += days
        for duty in look:
            self._look(duty)

    @rule()
    def mature(self) -> None:
        self._look("mature")

    @rule()
    def expire(self) -> None:
        self._look("expire")

    def _look(self, duty: str) -> None:
        self.do(within(self.client, getattr(due, duty), day(self.plain.now)))
        getattr(self.plain, duty)()

    @invariant()
    def is_as_the_model_says(self) -> None:
        if self.plain.lots or self.plain.owed:
            assert self.do(has(self.client, self.card)) == self.plain.balance()
        assert self.do(rows(self.client, SOUND)) == [(0, 0, 0)]

    def _one(self, data: st.DataObject) -> tuple[str, Earned]:
        purchases = sorted(name for name in self.plain.lots if name.startswith("purchase"))
        name = data.draw(st.sampled_from(purchases))
        return name, self.plain.lots[name]

    def _given(self, name: str, points: int) -> None:
        now = self.plain.now
        lot = self.plain.lots[name] = Earned(now, now + LIFE, 0, 0, is_open=True)
        self.plain.gain(lot, points)


async def test_L03_the_ledger_is_as_a_plain_model_says(loyalty: Client) -> None:
    await member(loyalty, "nobody", "c-0", pending_days=PENDING, expiry_days=LIFE, tiers=TIERS)
    Ledger.client, Ledger.loop = loyalty, asyncio.get_running_loop()
    few = settings(
        max_examples=5,
        stateful_step_count=12,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, Ledger, settings=few)
