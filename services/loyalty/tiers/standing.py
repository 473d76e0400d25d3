"""Bringing what stands written of tiers in step with the facts: written is only what differs, and told is what is new.

Whatever order facts arrive in, the same facts make the same spans. A change that lies in the past is told with its own
time. One that was told and proves wrong can't be taken back: where the tier of today is another one by that, the way
from one to the other is told as of the moment when it came out.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import delete, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.programme.domain import Programme
from services.loyalty.tiers import facts
from services.loyalty.tiers.domain import Change, Span, change, spans, walk
from services.loyalty.tiers.queries import stored
from services.loyalty.tiers.tables import TierSpan
from shared.events.loyalty import TierChanged
from shared.outbox import Transaction

_ALONE = text("""
    select pg_advisory_xact_lock(hashtext('tiers'), bucket) from (
        select distinct hashtext(id) & 255 as bucket from unnest(cast(:ids as text[])) as told (id) order by bucket
    ) as buckets
""")
_TRIED = text("select pg_try_advisory_xact_lock(hashtext('tiers'), hashtext(:id) & 255)")


class Person(NamedTuple):
    """Somebody whose tier is to be looked at. `ids`: every one they have; `at`: when what was told may prove wrong."""

    ids: frozenset[str]
    at: datetime

    @property
    def owner(self) -> str:
        """The id under which their tiers are kept."""
        return min(self.ids)


async def alone(session: AsyncSession, owners: Collection[str]) -> None:
    """Wait until nobody else looks at the tiers of these, and keep others from it until this transaction ends."""
    await session.execute(_ALONE, {"ids": sorted(owners)})


async def tried(session: AsyncSession, owner: str) -> bool:
    """The same without waiting; whether nobody else does."""
    return bool(await session.scalar(_TRIED, {"id": owner}))


async def bring_in_step(tx: Transaction, people: Sequence[Person], currency: str) -> None:
    """Write and tell what differs of these people's tiers; the caller is `alone` with them."""
    rules = await facts.versions(tx.session, currency)
    ids = sorted(set[str]().union(*(person.ids for person in people)))
    cards = await facts.holders(tx.session, ids)
    spends = await facts.spends(tx.session, ids, currency)
    written = await stored(tx.session, ids, currency)
    for person in people:
        theirs = [each for name in person.ids for each in spends.get(name, ())]
        before = [row for name in sorted(person.ids) for row in written.get(name, ())]
        # Another clock may be ahead of ours: what it told of is no news to come.
        now = max([tx.recorded, *(each.at for each in theirs), *(row.since for row in before)])
        since = min((cards[name] for name in person.ids if name in cards), default=None)
        changes = [] if since is None else walk(theirs, rules, since)
        await _write(tx.session, person.owner, currency, before, spans(changes, now))
        await _tell(tx, person, _news(person, rules, before, [each for each in changes if each.at <= now]))


def _news(
    person: Person, rules: Sequence[Programme], written: Sequence[TierSpan], changes: Sequence[Change]
) -> Iterator[Change]:
    told = [(row.since, row.code) for row in written]
    fresh = [each for each in changes if (each.at, each.after) not in told]
    yield from fresh
    told += [(each.at, each.after) for each in fresh]
    told.reverse()  # of two at once, the one told last is believed
    at, believed = max(told, key=itemgetter(0), default=(person.at, None))
    true = changes[-1].after if changes else None
    if believed != true:
        yield change(rules[-1], max(at, person.at), believed, true)


async def _tell(tx: Transaction, person: Person, changes: Iterable[Change]) -> None:
    for each in changes:
        payload = TierChanged(before=each.before, after=each.after, direction=each.direction)
        await tx.record(payload, key=person.owner, subject=person.owner, time=each.at)


async def _write(
    session: AsyncSession, owner: str, currency: str, written: Sequence[TierSpan], now: Sequence[Span]
) -> None:
    rows = [TierSpan(customer_id=owner, currency=currency, **span._asdict()) for span in now]
    kept = {_key(row) for row in rows}
    if over := [_key(row) for row in written if _key(row) not in kept]:
        key = tuple_(col(TierSpan.customer_id), col(TierSpan.currency), col(TierSpan.since))
        await session.execute(delete(TierSpan).where(key.in_(over)))
    known = {_key(row): row.model_dump() for row in written}
    if new := [row.model_dump() for row in rows if known.get(_key(row)) != row.model_dump()]:
        statement = insert(TierSpan).values(new)
        changed = {name: statement.excluded[name] for name in ("code", "until", "review_at")}
        keys = ["customer_id", "currency", "since"]
        await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def _key(row: TierSpan) -> tuple[str, str, datetime]:
    return row.customer_id, row.currency, row.since
