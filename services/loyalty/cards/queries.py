"""Reading cards, and whom they name."""

from collections.abc import Collection, Iterable

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.cards.domain import Holder, Issued
from services.loyalty.cards.tables import Card
from shared.aliases import families
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem

_ISSUED = text("""
    select customer_id, id, issued_at from cards where customer_id = any(cast(:ids as text[]))
""")
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


async def issued(session: AsyncSession, customers: Collection[str]) -> dict[str, list[Issued]]:
    """By customer, every card that was issued under any of their ids, the oldest first; who has none is left out.

    Two queries for all.
    """
    known = await families(session, customers)
    ids = set[str]().union(*known.values())
    cards: dict[str, list[Issued]] = {}
    for row in await session.execute(_ISSUED, {"ids": sorted(ids)}):
        cards.setdefault(row.customer_id, []).append(Issued(row.issued_at, row.id, row.customer_id))
    found = {name: sorted(card for each in family for card in cards.get(each, ())) for name, family in known.items()}
    return {customer: theirs for customer, theirs in found.items() if theirs}
