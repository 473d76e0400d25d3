"""Purchases that redeem a campaign, whichever was told first: the purchase or the delivery."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from services.loyalty.campaigns.answers import store
from services.loyalty.campaigns.domain import begins, valid_until
from services.loyalty.campaigns.models import ResponseTold
from services.loyalty.campaigns.tables import Campaign
from shared.aliases import families
from shared.outbox import Transaction

_REACHED = text("""
    select campaign_id, customer_id, delivered_at, ends_on
    from deliveries join campaigns on campaigns.id = campaign_id
    where campaign_id = any(:campaigns) and customer_id = any(:customers) and not held_back
    order by campaign_id, delivered_at, customer_id
""")
_BEFORE = text("""
    select id, customer_id, occurred_at from purchases
    where campaign_id = :campaign and customer_id = any(:customers) and corrected_to is null
    and occurred_at >= :begins and occurred_at < :until order by occurred_at, id
""")


class Naming(NamedTuple):
    """A purchase that names a campaign."""

    purchase_id: str
    campaign_id: str
    customer_id: str
    at: datetime


class Contact(NamedTuple):
    """A campaign reached a customer; it is valid before `until`."""

    customer_id: str
    delivered_at: datetime
    until: datetime


Contacts = Mapping[str, Sequence[Contact]]
"""By campaign, the earliest first."""


async def redeem(tx: Transaction, naming: Sequence[Naming]) -> None:
    """Note the redemptions among these purchases: of who had the offer by then, under whichever id, and still valid."""
    if not naming:
        return
    kin = await families(tx.session, {each.customer_id for each in naming})
    contacts = await _contacts(tx, {each.campaign_id for each in naming}, set[str]().union(*kin.values()))
    told: dict[str, list[ResponseTold]] = defaultdict(list)
    for each in naming:
        contact = _redeemed(each, contacts.get(each.campaign_id, ()), kin[each.customer_id])
        if contact is not None:
            told[each.campaign_id].append(_response(each, contact))
    for campaign, responses in sorted(told.items()):
        await store(tx, campaign, responses)


async def redeem_before(tx: Transaction, campaign: Campaign, ids: Collection[str]) -> None:
    """The same for purchases under these ids that were handled before the campaign's deliveries were told.

    Of purchases that this service stores; third parties' are looked at once, when they are told.
    """
    if not ids:
        return
    told = {"campaign": campaign.id, "customers": sorted(ids)}
    span = {"begins": begins(campaign.starts_on), "until": valid_until(campaign.ends_on)}
    rows = await tx.session.execute(_BEFORE, told | span)
    await redeem(tx, [Naming(row.id, campaign.id, row.customer_id, row.occurred_at) for row in rows])


def _redeemed(naming: Naming, contacts: Iterable[Contact], ids: Collection[str]) -> Contact | None:
    """The contact that the purchase redeems: under the purchase's own id if there is one, else the earliest."""
    valid = [each for each in contacts if each.customer_id in ids and each.delivered_at <= naming.at < each.until]
    return min(valid, key=lambda each: each.customer_id != naming.customer_id, default=None)


async def _contacts(tx: Transaction, campaigns: Collection[str], customers: Collection[str]) -> Contacts:
    found: dict[str, list[Contact]] = defaultdict(list)
    told = {"campaigns": sorted(campaigns), "customers": sorted(customers)}
    for row in await tx.session.execute(_REACHED, told):
        found[row.campaign_id].append(Contact(row.customer_id, row.delivered_at, valid_until(row.ends_on)))
    return found


def _response(naming: Naming, contact: Contact) -> ResponseTold:
    # Made of what was read already: a request's checks would compare it with the clock.
    return ResponseTold.model_construct(
        customer_id=contact.customer_id, responded_at=naming.at, kind="redeemed", purchase_id=naming.purchase_id
    )
