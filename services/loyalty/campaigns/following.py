"""What campaigns make of purchases."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import text

from services.loyalty.campaigns.answers import store
from services.loyalty.campaigns.domain import valid_until
from services.loyalty.campaigns.models import ResponseTold
from shared.aliases import families
from shared.erased import Erased
from shared.events import Event
from shared.events.purchases import PurchaseCompleted
from shared.handling import Handle
from shared.outbox import Transaction

_REACHED = text("""
    select campaign_id, customer_id, delivered_at, ends_on
    from deliveries join campaigns on campaigns.id = campaign_id
    where campaign_id = any(:campaigns) and customer_id = any(:customers) and not held_back
    order by campaign_id, delivered_at, customer_id
""")
_TIE = text("""
    update responses set purchase_id = :purchase_id
    where campaign_id = :campaign_id and customer_id = :customer_id and responded_at = :responded_at
    and kind = 'redeemed' and purchase_id is null and not exists (
        select from responses as other where other.campaign_id = :campaign_id
        and other.customer_id = :customer_id and other.purchase_id = :purchase_id
    )
""")
"""The client told of the redemption already, at the moment of the purchase, without naming it."""


class Contact(NamedTuple):
    """A campaign reached a customer; it is valid before `until`."""

    customer_id: str
    delivered_at: datetime
    until: datetime


Contacts = Mapping[str, Sequence[Contact]]
"""By campaign, the earliest first."""


def redeeming(erased: Erased) -> Handle:
    """The handler of `purchase.completed`: one that names a campaign which reached the customer redeems it."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        naming = [event for event in events if _campaign(event) and ":" not in event.partitionkey]
        gone = await erased.admit(tx.session, {event.partitionkey for event in naming})
        naming = [event for event in naming if event.partitionkey not in gone]
        if naming:
            await _redeem(tx, naming)

    return handle


async def _redeem(tx: Transaction, events: Sequence[Event]) -> None:
    kin = await families(tx.session, {event.partitionkey for event in events})
    contacts = await _contacts(tx, {_campaign(event) for event in events}, set[str]().union(*kin.values()))
    told: dict[str, list[ResponseTold]] = defaultdict(list)
    for event in events:
        contact = _redeemed(event, contacts.get(_campaign(event), ()), kin[event.partitionkey])
        if contact is not None:
            told[_campaign(event)].append(_response(event, contact))
    for campaign, responses in sorted(told.items()):
        await store(tx, campaign, responses)
        await tx.session.execute(_TIE, [{"campaign_id": campaign, **each.model_dump()} for each in responses])


def _redeemed(event: Event, contacts: Iterable[Contact], ids: Collection[str]) -> Contact | None:
    """The contact that the purchase redeems: under the purchase's own id if there is one, else the earliest."""
    valid = [each for each in contacts if each.customer_id in ids and each.delivered_at <= event.time < each.until]
    return min(valid, key=lambda each: each.customer_id != event.partitionkey, default=None)


async def _contacts(tx: Transaction, campaigns: Collection[str], customers: Collection[str]) -> Contacts:
    found: dict[str, list[Contact]] = defaultdict(list)
    told = {"campaigns": sorted(campaigns), "customers": sorted(customers)}
    for row in await tx.session.execute(_REACHED, told):
        found[row.campaign_id].append(Contact(row.customer_id, row.delivered_at, valid_until(row.ends_on)))
    return found


def _campaign(event: Event) -> str:
    return cast("PurchaseCompleted", event.data).campaign_id or ""


def _response(event: Event, contact: Contact) -> ResponseTold:
    # Made of what was read already: a request's checks would compare it with the clock.
    return ResponseTold.model_construct(
        customer_id=contact.customer_id, responded_at=event.time, kind="redeemed", purchase_id=event.subject
    )
