"""L03: whatever members, tills and the clock do, the ledger is in balance and as a plain model of it says."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
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

from services.loyalty.points.awards import Award, award
from shared.outbox import Transaction
from tests.loyalty.bills import rows
from tests.loyalty.earning import (
    bought,
    carded,
    corrected,
    day,
    has,
    heard,
    member,
    redeem,
    returned,
    tick,
    within,
)
from tests.support.client import Client

PENDING, LIFE = 2, 6
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
    """A plain lot: when it can be spent, until when, what is left of it, and what the customer has had of it."""

    opens: int
    ends: int
    left: int
    had: int
    is_open: bool = False
    paid: int = 0
    back: int = 0


@dataclass
class Plain:
    """The ledger by the plainest rules, in days and whole points."""

    now: int = 1
    owed: int = 0
    lots: dict[str, Earned] = field(default_factory=dict)

    def usable(self) -> list[Earned]:
        """What can be spent today, the oldest-expiring first."""
        return [lot for lot in self.by_age() if lot.is_open and lot.opens <= self.now < lot.ends]

    def by_age(self) -> list[Earned]:
        """Every lot, the oldest-expiring first; of the same age in the order of their names."""
        return [lot for _, lot in sorted(self.lots.items(), key=lambda item: (item[1].ends, item[1].opens, item[0]))]

    def gain(self, lot: Earned, points: int) -> None:
        """Points come to an open lot: the debt is paid first."""
        lot.had += points
        self.fill(lot, points)

    def fill(self, lot: Earned, points: int) -> None:
        """The same of points that were theirs already."""
        paid = min(self.owed, points) if lot.is_open else 0
        self.owed -= paid
        lot.left += points - paid

    def lose(self, points: int, own: Earned | None = None) -> None:
        """Points are taken back: its own, then the oldest, then as a debt."""
        for lot in [own, *(lot for lot in self.by_age() if lot is not own and self.now < lot.ends)]:
            taken = min(points, lot.left) if lot else 0
            points -= taken
            if lot:
                lot.left -= taken
        self.owed += points

    def settle(self, lot: Earned) -> None:
        """A purchase's points are those of what is left of it."""
        gap = max(0, lot.paid - lot.back) - lot.had
        if gap < 0:
            lot.had += gap
            self.lose(-gap, lot)
        elif self.now < lot.ends:
            self.gain(lot, gap)

    def look(self) -> None:
        """The clock looks."""
        for lot in sorted((lot for lot in self.lots.values() if not lot.is_open), key=lambda lot: lot.opens):
            if lot.opens <= self.now:
                points, lot.left, lot.is_open = lot.left, 0, True
                self.fill(lot, points)
        for lot in self.lots.values():
            if lot.ends <= self.now:
                lot.had, lot.left = lot.had - lot.left, 0

    def balance(self) -> tuple[int, int, int]:
        """Available, pending, owed."""
        lots = self.lots.values()
        return sum(lot.left for lot in lots if lot.is_open), sum(lot.left for lot in lots if not lot.is_open), self.owed


class Ledger(RuleBasedStateMachine):
    """One member, on the real database."""

    client: ClassVar[Client]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def __init__(self) -> None:
        super().__init__()
        self.plain, self.number = Plain(), next(_numbers)
        self.who, self.card = f"m{self.number}", f"c{self.number}"

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Done on the loop of the test."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def name(self) -> str:
        """An id that nobody has."""
        return f"{next(_numbers):06}"

    @initialize()
    def join(self) -> None:
        """With a debt, that what matures or is given pays first."""
        self.do(carded(self.client, self.who, self.card))
        self._adjust(-100)
        self._buy(260)

    @rule(paid=st.integers(0, 300))
    def buy(self, paid: int) -> None:
        self._buy(paid)

    def _buy(self, paid: int) -> None:
        name, now = self.name(), self.plain.now
        event = bought(name, now, f"{paid}.99", self.who)
        for _ in range(2):
            self.do(heard(self.client, event))
        opens = now + PENDING
        self.plain.lots[f"purchase:{name}"] = Earned(opens, opens + LIFE, paid, paid, paid=paid)

    @precondition(lambda self: any(name.startswith("purchase") for name in self.plain.lots))
    @rule(data=st.data(), share=st.integers(0, 150))
    def bring_back(self, data: st.DataObject, share: int) -> None:
        name, lot = self._one(data)
        event = returned(name.partition(":")[2], self.name(), self.plain.now, str(share), self.who)
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
        lot.paid = paid
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
        async def all_at_once() -> list[int]:
            tills = (redeem(self.client, 100, self.plain.now, self.card, currency="USD") for _ in range(8))
            return [answer.status_code for answer in await asyncio.gather(*tills)]

        spent = min(8, sum(lot.left for lot in self.plain.usable()) // 100)
        assert sorted(self.do(all_at_once())) == [201] * spent + [409] * (8 - spent)
        left = 100 * spent
        for lot in self.plain.usable():
            taken = min(left, lot.left)
            lot.left, left = lot.left - taken, left - taken

    @rule(days=st.sampled_from([2, 1, 3, 6]), awake=st.sampled_from([True, True, False]))
    def pass_time(self, days: int, awake: bool) -> None:
        self.plain.now += days
        if awake:
            self.do(tick(self.client, day(self.plain.now)))
            self.plain.look()

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
    await member(loyalty, "nobody", "c-0", pending_days=PENDING, expiry_days=LIFE)
    Ledger.client, Ledger.loop = loyalty, asyncio.get_running_loop()
    few = settings(
        max_examples=5,
        stateful_step_count=12,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, Ledger, settings=few)
