"""Forgetting who demanded it: what each subject does about it."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.agreements import forgetting as agreements
from services.loyalty.campaigns import forgetting as campaigns
from services.loyalty.cards import forgetting as cards
from services.loyalty.competitors import forgetting as competitors
from services.loyalty.contacts import forgetting as contacts
from services.loyalty.points import forgetting as points
from services.loyalty.purchases import forgetting as purchases
from services.loyalty.referrals import forgetting as referrals
from services.loyalty.shared_back import forgetting as shared_back
from services.loyalty.suggestions import forgetting as suggestions
from services.loyalty.tiers import forgetting as tiers
from shared import aliases
from shared.erased import Erased
from shared.forgetting import Forget, answering
from shared.handling import Handle

FORGETTING: tuple[Forget, ...] = (
    points.forget,
    tiers.forget,
    agreements.forget,
    referrals.forget,
    competitors.forget,
    shared_back.forget,
    suggestions.forget,
    contacts.forget,
    campaigns.forget,
    purchases.forget,  # while it is known whose a card is
    cards.forget,
    aliases.forget,
)
"""In this order, within one transaction."""


def forgetting(erased: Erased) -> Handle:
    """The handler of `customer.erased`."""
    return answering("loyalty", erased, forget)


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Take away what the service holds of these customers."""
    for subject in FORGETTING:
        await subject(session, customers)
