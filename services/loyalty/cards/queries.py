"""Reading cards, and whom they name."""

from collections.abc import Iterable

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.cards.domain import Holder
from services.loyalty.cards.tables import Card
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem

_NAMED = text("select id, customer_id, blocked_at from cards where id = any(cast(:ids as text[]))")


async def one(session: AsyncSession, card_id: str, *, lock: bool = False) -> Card:
    """The card of that id, locked where asked; raises a 404 problem."""
    card = await session.get(Card, card_id, with_for_update=lock or None)
    if card is None:
        raise Problem(NOT_FOUND, f"no card {card_id}")
    return card


async def page(
    session: AsyncSession, limit: int, cursor: str | None, customer_id: str
) -> tuple[list[Card], str | None]:
    """A customer's cards in the order of their ids, and the next cursor."""
    query = select(Card).where(col(Card.customer_id) == customer_id)
    return await keyset(session, query, limit, cursor, col(Card.id))


async def holders(session: AsyncSession, card_ids: Iterable[str | None]) -> dict[str, Holder]:
    """By card, whose it is; unknown cards are left out. One query for all, none where no card is told."""
    asked = {card_id for card_id in card_ids if card_id is not None}
    if not asked:
        return {}
    found = await session.execute(_NAMED, {"ids": sorted(asked)})
    return {row.id: Holder(row.customer_id, row.blocked_at) for row in found}
