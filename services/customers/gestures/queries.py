"""Reading gestures. They are the customer's, whom every store serves: any store's staff may read them."""

from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.gestures.tables import Gesture
from services.customers.profiles.belongings import one_of
from shared.events.visits import GestureKind
from shared.web.cursors import keyset
from shared.web.fields import Id


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; each is named after its field."""

    kind: GestureKind | None = None
    by: Id | None = None
    store_id: Id | None = None


async def one(session: AsyncSession, customer_id: str, gesture_id: str) -> Gesture:
    """The customer's gesture of that id; raises a 404 problem."""
    return await one_of(session, Gesture, customer_id, gesture_id, "gesture")


async def page(
    session: AsyncSession, customer_id: str, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Gesture], str | None]:
    """A customer's gestures as they were taken down, oldest first, and the next cursor."""
    query = select(Gesture).where(col(Gesture.customer_id) == customer_id)
    for name, value in asdict(filters).items():
        if value is not None:
            query = query.where(getattr(Gesture, name) == value)
    return await keyset(session, query, limit, cursor, col(Gesture.created_at), col(Gesture.id))
