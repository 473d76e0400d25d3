"""Forgetting who demanded it: their purchases stay in the books as anonymous sales, all else goes."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.erased import Erased
from shared.forgetting import answering
from shared.handling import Handle

_SALES = text("""
    update purchases set customer_id = null, card_id = null, integration_id = null, content = ''
    where customer_id = any(:ids)
""")
_CARD_SHOWN = text("""
    update purchases set card_id = null where card_id in (select id from cards where customer_id = any(:ids))
""")
"""By somebody else, before it was theirs."""
_RESPONSES = text("""
    delete from responses using deliveries
    where (responses.campaign_id, responses.customer_id) = (deliveries.campaign_id, deliveries.customer_id)
    and deliveries.customer_id = any(:ids)
""")
_DELIVERIES = text("delete from deliveries where customer_id = any(:ids)")
_CARDS = text("delete from cards where customer_id = any(:ids) returning id")
_HISTORY = text("delete from history where entity = 'card' and entity_id = any(:cards)")


def forgetting(erased: Erased) -> Handle:
    """The handler of `customer.erased`."""
    return answering("loyalty", erased, forget)


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Make these customers' purchases nobody's; delete their cards, what campaigns sent them and what they heard."""
    theirs = {"ids": list(customers)}
    for statement in (_SALES, _CARD_SHOWN, _RESPONSES, _DELIVERIES):
        await session.execute(statement, theirs)
    cards = list((await session.execute(_CARDS, theirs)).scalars())
    await session.execute(_HISTORY, {"cards": cards})
