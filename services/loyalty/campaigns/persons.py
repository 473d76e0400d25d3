"""Customers of a campaign as persons: whoever is known under several ids is held back, or reached, once for all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.campaigns.domain import held_back
from services.loyalty.campaigns.queries import Known, known
from services.loyalty.campaigns.tables import Campaign
from shared.aliases import families


@dataclass(frozen=True, slots=True)
class Persons:
    """What a campaign knows of customers. `kin`: by customer, all of their ids; `stored`: by id, its contacts."""

    campaign: Campaign
    kin: Mapping[str, set[str]]
    stored: Mapping[str, Known]

    def held_back(self, customer: str) -> bool:
        """Whether they are of the control group: held back under any id, or drawn by the least of their ids.

        The draw is for who is new: whom the campaign reached under an id before they were merged is not held back.
        """
        before = self._before(customer)
        least = min(self.kin[customer])
        return any(before) if before else held_back(self.campaign.id, least, self.campaign.control_share)

    def reached(self, customer: str) -> bool:
        """Whether the campaign reached them under any id, and does not hold them back."""
        before = self._before(customer)
        return bool(before) and not any(before)

    def _before(self, customer: str) -> list[bool]:
        return [self.stored[name].held_back for name in self.kin[customer] if name in self.stored]


async def persons(session: AsyncSession, campaign: Campaign, customers: Collection[str]) -> Persons:
    """These customers with all of their ids, and the campaign's contacts with them."""
    kin = await families(session, customers)
    return Persons(campaign, kin, await known(session, campaign.id, set[str]().union(*kin.values())))
