"""Erasures: who demanded to be forgotten is, in every generation, and stays so.

An erased id is known by a keyed hash alone: enough to turn away what still comes under it, in a rebuild too.
Whoever stores facts or cards shares a lock that an erasure takes alone: nothing of a person is written beside it.
"""

import hmac
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from pydantic import SecretStr

from services.scoring.facts.families import add_aliases, families_of
from services.scoring.generations.schema import schema_name
from shared import clock
from shared.database import Connection
from shared.events import Event
from shared.events.customers import CustomerErased, CustomerMerged
from shared.events.erasures import ErasureCompleted
from shared.outbox import make_event, record_by_driver

_TOGETHER = "select pg_advisory_xact_lock_shared(hashtext('erasures'))"
_ALONE = "select pg_advisory_xact_lock(hashtext('erasures'))"
_KNOWN = "select digest, erased_at from app.erasures where digest = any($1)"
_ADD = "insert into app.erasures (digest, erased_at) select unnest($1::bytea[]), $2 on conflict do nothing"
_ANSWERED = "insert into app.erasures (digest, erased_at) values ($1, $2) on conflict do nothing returning true"
_PUT_OFF = (
    "insert into pending_erasures (customer_id, erasure_id, erased_at) values ($1, $2, $3) on conflict do nothing"
)
_PENDING = "select customer_id, erasure_id, erased_at from pending_erasures order by erased_at, erasure_id"
_INTO = "select distinct into_id from aliases where into_id is not null"
_NONE_PENDING = "delete from pending_erasures"
_STORED = "select number from app.generations where state not in ('requested', 'dropping', 'dropped')"
_FORGET = (
    "delete from {schema}.facts where customer_id = any($1)",
    "delete from {schema}.cards where customer_id = any($1)",
    "delete from {schema}.marks where customer_id = any($1)",
    "delete from {schema}.aliases where customer_id = any($1) or into_id = any($1)",
)
_UNTELL = (
    "delete from app.published where customer_id = any($1)",
    "delete from app.memberships where customer_id = any($1)",
    "delete from app.finding_customers where customer_id = any($1)",
    "delete from app.outbox where aggregateid = any($1)",
)
_REMAINING = """
    select wanted.id from unnest($1::text[]) as wanted (id)
    where exists (select from facts where customer_id = wanted.id)
       or exists (select from aliases where wanted.id in (customer_id, into_id))
"""
_MARK = "insert into {schema}.marks (customer_id) select unnest($1::text[])"
MOMENT = timedelta(microseconds=1)


async def together(connection: Connection) -> None:
    """Until this transaction ends nobody is erased."""
    await connection.execute(_TOGETHER)


async def remaining(connection: Connection, customers: Collection[str]) -> set[str]:
    """Those of whom something is stored; who is `together` with us stays so until this transaction ends."""
    return {row["id"] for row in await connection.fetch(_REMAINING, customers)}


class Erasures:
    """Who is erased, and erasing. `key`: of the hashes; another key knows nobody."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key.get_secret_value().encode()

    async def known(self, connection: Connection, customers: Iterable[str]) -> dict[str, datetime]:
        """Which of these ids are erased, and since when."""
        names = {self._digest(customer): customer for customer in customers}
        rows = await connection.fetch(_KNOWN, list(names))
        return {names[row["digest"]]: row["erased_at"] for row in rows}

    async def admit(self, connection: Connection, events: Sequence[Event], *, filling: bool = False) -> list[Event]:
        """Do the merges and erasures among the events, and give back those that are of nobody erased.

        Holds off erasures elsewhere until this transaction ends. Merges go first: topics keep the order of one id,
        not of two, so an erasure also reaches whom only a later merge shows to have been the same one. An unmerge
        that comes after the erasure comes too late.

        `filling`: who belongs to whom is not known yet, since the topics are being read from their start. Erasures
        that nobody has done are put off until `catch_up`.
        """
        changing = [event for event in events if isinstance(event.data, CustomerErased | CustomerMerged)]
        await connection.execute(_ALONE if changing and not filling else _TOGETHER)
        admitted = await self._of_nobody_erased(connection, events)
        await add_aliases(connection, admitted)
        if filling:
            await connection.executemany(_PUT_OFF, [_pending(event) for event in changing if _erases(event)])
            return admitted
        for event in changing:
            if isinstance(event.data, CustomerErased):
                await self._erase(connection, event.partitionkey, event.data.erasure_id, event.time)
            else:
                await self._follow(connection, event.partitionkey, event.time)
        return await self._of_nobody_erased(connection, admitted) if changing else admitted

    async def catch_up(self, connection: Connection) -> None:
        """Do the erasures that were put off, now that the generation knows who belongs to whom."""
        await connection.execute(_ALONE)
        for row in await connection.fetch(_PENDING):
            await self._erase(connection, row["customer_id"], row["erasure_id"], row["erased_at"])
        await connection.execute(_NONE_PENDING)
        merged_into = [row["into_id"] for row in await connection.fetch(_INTO)]
        for customer, erased_at in (await self.known(connection, merged_into)).items():
            await self._forget_family(connection, customer, erased_at)

    async def _of_nobody_erased(self, connection: Connection, events: Sequence[Event]) -> list[Event]:
        erased = await self.known(connection, {event.partitionkey for event in events})
        return [event for event in events if event.partitionkey not in erased]

    async def _follow(self, connection: Connection, customer: str, now: datetime) -> None:
        """Erase who turns out, by this merge, to be somebody erased."""
        kin = (await families_of(connection, [customer], now)).kin
        for other, erased_at in (await self.known(connection, kin)).items():
            await self._forget_family(connection, other, erased_at)

    async def _erase(self, connection: Connection, customer: str, erasure: str, erased_at: datetime) -> None:
        await self._forget_family(connection, customer, erased_at)
        # Each erasure is answered once, one of somebody who was forgotten as another's alias too.
        if await connection.fetchval(_ANSWERED, self._digest(f"erasure:{erasure}"), erased_at):
            await _answer(connection, erasure, clock.now())

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode(), "sha256")

    async def _forget_family(self, connection: Connection, customer: str, erased_at: datetime) -> None:
        """Forget everybody who was the same one when they were erased; who became so later is on their own again."""
        families = await families_of(connection, [customer], erased_at + MOMENT)
        members = families.members(families.root(customer))
        digests = [self._digest(member) for member in members]
        await connection.execute(_ADD, digests, erased_at)
        await _forget(connection, members, kin=set(families.kin) - set(members))


def _erases(event: Event) -> bool:
    return isinstance(event.data, CustomerErased)


def _pending(event: Event) -> tuple[object, ...]:
    return (event.partitionkey, event.data.erasure_id, event.time)  # type: ignore[attr-defined]


async def _forget(connection: Connection, customers: Collection[str], kin: Collection[str]) -> None:
    """Delete what is stored of `customers` in every generation; `kin` may have lost an alias by that."""
    for number in [row["number"] for row in await connection.fetch(_STORED)]:
        schema = schema_name(number)
        for statement in _FORGET:
            await connection.execute(statement.format(schema=schema), customers)
        await connection.execute(_MARK.format(schema=schema), kin)
    for statement in _UNTELL:
        await connection.execute(statement, customers)


async def _answer(connection: Connection, erasure: str, now: datetime) -> None:
    """Tell, through the outbox, that nothing of them is left here."""
    done = ErasureCompleted(service="scoring")
    event = make_event(done, source="/crm/scoring", key=f"erasure:{erasure}", subject=erasure, time=now, recorded=now)
    await record_by_driver(connection, [event])
