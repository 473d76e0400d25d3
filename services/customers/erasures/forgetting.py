"""What this service holds of a person, taken away: found by the shape of its tables, see `shared.held`."""

from collections.abc import Sequence

from sqlalchemy import case, delete, literal, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.baggage.domain import WITH_US
from services.customers.baggage.tables import Bag
from services.customers.base import Base
from services.customers.relationships.domain import INSTANT
from services.customers.relationships.tables import Relationship
from shared.events.customers import RelationshipEnded
from shared.held import Owned, of_history, owned
from shared.history import HISTORY
from shared.outbox import Transaction

METADATA = Base.metadata


async def forget(tx: Transaction, ids: Sequence[str]) -> list[str]:
    """Delete everything of the customer with these ids; answers the relationships that others had with them.

    A bag that is with us stays, as nobody's: on a shelf, its token still opens it.
    """
    theirs = owned(METADATA, ids)
    await _hold(tx.session, theirs)
    ended = await _end(tx, ids)
    theirs["relationships"] |= col(Relationship.id).in_(ended)
    compared = HISTORY.c.part.in_([f"duplicates/{name}" for name in ids])  # noted with whom they were compared
    await tx.session.execute(delete(HISTORY).where(or_(of_history(METADATA, theirs), compared)))
    await _disown(tx.session, ids)  # after the history: by the customer's id its rows were found
    for name in reversed(list(theirs)):  # parts before what they are of
        await tx.session.execute(delete(METADATA.tables[name]).where(theirs[name]))
    return ended


async def _hold(session: AsyncSession, theirs: Owned) -> None:
    """Lock every row, so that what others are just doing with one, and note of it, is done before we delete."""
    for name in sorted(theirs, key=lambda name: name != "customers"):  # as whoever writes does: the profile first
        table = METADATA.tables[name]
        query = select(literal(1)).select_from(table).where(theirs[name]).order_by(*table.primary_key)
        await session.execute(query.with_for_update(of=table))


async def _disown(session: AsyncSession, ids: Sequence[str]) -> None:
    """Keep the bags that are with us, of nobody: without words, and without the digest of what they were offered as.

    A lost token stays reported lost; who was authenticated is known no more, and must be anew.
    """
    words = ("customer_id", "description", "claimant_name", "claimant_address", "claimant_description")
    blank = dict.fromkeys((*words, "authenticated_by"), null())
    claim = case((col(Bag.claim).is_not(None), "reported"))
    with_us = update(Bag).where(col(Bag.customer_id).in_(ids), col(Bag.state).in_(WITH_US))
    await session.execute(with_us.values(**blank, claim=claim, content=b"", version=Bag.version + 1))


async def _end(tx: Transaction, ids: Sequence[str]) -> list[str]:
    """End the relationships that other customers have with this one; ended, they count no more for those."""
    query = select(Relationship).where(
        col(Relationship.party_kind) == "customer",
        col(Relationship.party_id).in_(ids),
        col(Relationship.customer_id).not_in(ids),
    )
    found = (await tx.session.execute(query.order_by(col(Relationship.id)).with_for_update())).scalars().all()
    for row in found:
        if row.ended_at is None:
            at = max(tx.recorded, row.changed_at + INSTANT)
            await tx.record(RelationshipEnded(), key=row.customer_id, subject=row.id, time=at)
    return [row.id for row in found]
