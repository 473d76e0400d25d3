"""What every set of entries about a campaign begins with: who may not be written of, and the campaign itself."""

from collections.abc import Sequence

from services.loyalty.campaigns.tables import Campaign
from shared.outbox import Transaction
from shared.web.problems import GONE, NOT_FOUND, Kind, Problem

MOST_ERRORS = 100


async def admit(tx: Transaction, entries: str, customers: Sequence[str]) -> None:
    """Raises 410 that points at the entries of who was erased."""
    erased = await tx.refused(set(customers))
    gone = [n for n, customer in enumerate(customers) if customer in erased]
    refuse(GONE, entries, "customer_id", "the customer demanded to be forgotten", gone)


async def held(tx: Transaction, campaign_id: str) -> Campaign:
    """The campaign, which nobody withdraws until the transaction ends; raises 404."""
    campaign = await tx.session.get(Campaign, campaign_id, with_for_update={"key_share": True})
    if campaign is None:
        raise Problem(NOT_FOUND, f"no campaign {campaign_id}")
    return campaign


def refuse(kind: Kind, entries: str, name: str, detail: str, places: Sequence[int]) -> None:
    """Raises the problem that points at this field of the entries in these places, if any."""
    if places:
        errors = [{"pointer": f"/{entries}/{place}/{name}", "detail": detail} for place in places[:MOST_ERRORS]]
        raise Problem(kind, detail, errors=errors)
