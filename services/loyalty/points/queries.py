"""Reading the points ledger."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.cards import queries as cards
from services.loyalty.points.domain import Entry, moved, worth
from services.loyalty.points.models import BalanceView, EntryView, ExpiryView, MovementView
from services.loyalty.points.tables import Lot, Movement, MovementEntry
from services.loyalty.programme.queries import in_force
from shared.aliases import family
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem

_BALANCES = text("""
    select movements.currency,
        coalesce(sum(entries.points) filter (where account = 'available'), 0) as available,
        coalesce(sum(entries.points) filter (where account = 'pending'), 0) as pending,
        coalesce(-sum(entries.points) filter (where account = 'owed'), 0) as owed
    from entries join movements on movements.id = entries.movement_id
    where entries.customer_id = any(:ids) group by 1 order by 1
""")
_EXPIRIES = text("""
    select distinct on (currency) currency, sum(remaining) as points, expires_at from lots
    where customer_id = any(:ids) and remaining > 0 and matured_at is not null and expires_at is not null
    group by currency, expires_at order by currency, expires_at
""")
_THEN = text("""
    select entries.lot_id, sum(entries.points) as points
    from entries join movements on movements.id = entries.movement_id
    where entries.customer_id = any(:ids) and entries.account = 'available' and movements.occurred_at <= :at
    group by 1
""")


class Found(NamedTuple):
    """A lot that is there, and whose it is."""

    id: str
    customer_id: str


async def lots(session: AsyncSession, ids: Collection[str]) -> list[Found]:
    """Which of these lots there are."""
    rows = await session.execute(select(col(Lot.id), col(Lot.customer_id)).where(col(Lot.id).in_(ids)))
    return [Found(*row) for row in rows]


async def available_then(session: AsyncSession, ids: Collection[str], at: datetime) -> dict[str, int]:
    """By lot of these customers, what of it was available at that moment, as far as is known now."""
    return {row.lot_id: int(row.points) for row in await session.execute(_THEN, {"ids": sorted(ids), "at": at})}


async def currencies(session: AsyncSession, ids: Collection[str]) -> list[str]:
    """Of which currencies' programmes these customers have or had points."""
    query = select(col(Lot.currency)).where(col(Lot.customer_id).in_(ids), col(Lot.points) > 0).distinct()
    return sorted((await session.execute(query)).scalars())


async def balances(session: AsyncSession, card_id: str, now: datetime) -> list[BalanceView]:
    """What the card's customer has, by currency; raises a 404 problem for an unknown card."""
    told = {"ids": sorted(await _theirs(session, card_id))}
    expiries = {row.currency: row for row in await session.execute(_EXPIRIES, told)}
    views = []
    for row in await session.execute(_BALANCES, told):
        programme, expiry = await in_force(session, row.currency, now), expiries.get(row.currency)
        view = BalanceView(
            currency=row.currency,
            available=row.available,
            pending=row.pending,
            owed=row.owed,
            next_expiry=None if expiry is None else ExpiryView(points=expiry.points, at=expiry.expires_at),
            value=None if programme is None else worth(int(row.available), programme),
        )
        views.append(view)
    return views


async def one(session: AsyncSession, card_id: str, movement_id: str) -> MovementView:
    """One movement of the card's customer; raises a 404 problem."""
    query = _of(await _theirs(session, card_id)).where(col(Movement.id) == movement_id)
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None:
        raise Problem(NOT_FOUND, f"no movement {movement_id} of this card's customer")
    return (await shown(session, [row]))[0]


async def page(
    session: AsyncSession, card_id: str, limit: int, cursor: str | None, currency: str | None
) -> tuple[list[MovementView], str | None]:
    """Movements of the card's customer, the newest first, and the next cursor; 404 for an unknown card."""
    query = _of(await _theirs(session, card_id))
    if currency is not None:
        query = query.where(col(Movement.currency) == currency)
    keys = col(Movement.occurred_at), col(Movement.id)
    rows, following = await keyset(session, query, limit, cursor, *keys, descending=True)
    return await shown(session, rows), following


async def shown(session: AsyncSession, rows: Sequence[Movement]) -> list[MovementView]:
    """The movements with their entries."""
    query = select(MovementEntry).where(col(MovementEntry.movement_id).in_([row.id for row in rows]))
    entries: dict[str, list[MovementEntry]] = {row.id: [] for row in rows}
    for entry in (await session.execute(query.order_by("movement_id", "number"))).scalars():
        entries[entry.movement_id].append(entry)
    return [_view(row, entries[row.id]) for row in rows]


def _view(row: Movement, entries: Sequence[MovementEntry]) -> MovementView:
    lines = [EntryView.model_validate(entry) for entry in entries]
    points = moved(Entry(line.account, line.points) for line in lines)
    return MovementView.model_validate(row.model_dump() | {"points": points, "entries": lines})


def _of(ids: Collection[str]) -> Select[Movement]:
    # Points of one id may have been spent by the card of another, while they were one.
    theirs = select(col(MovementEntry.movement_id)).where(col(MovementEntry.customer_id).in_(ids))
    return select(Movement).where(col(Movement.id).in_(theirs))


async def _theirs(session: AsyncSession, card_id: str) -> set[str]:
    card = await cards.one(session, card_id)
    return await family(session, card.customer_id)
