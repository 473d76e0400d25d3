"""Keeping the copy of the stores."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.customers.stores.tables import Store
from shared.events import Event
from shared.events.reference import StoreClosed, StoreOpened
from shared.outbox import Transaction


async def keep(tx: Transaction, events: Sequence[Event]) -> None:
    """Note what these events tell of stores; an older one changes nothing."""
    for event in events:
        told = cast("StoreOpened | StoreClosed", event.data)
        row = {"id": event.subject, "time_zone": told.time_zone, "told_at": event.time}
        statement = insert(Store).values(row)
        newer = statement.on_conflict_do_update(
            index_elements=[col(Store.id)],
            set_={name: statement.excluded[name] for name in ("time_zone", "told_at")},
            where=statement.excluded.told_at >= col(Store.told_at),
        )
        await tx.session.execute(newer)
