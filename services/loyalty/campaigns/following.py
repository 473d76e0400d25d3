"""What campaigns make of purchases."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import text

from services.loyalty.campaigns.redeeming import Naming, redeem
from shared.erased import Erased
from shared.events import Event
from shared.events.purchases import PurchaseCompleted
from shared.handling import Handle
from shared.outbox import Transaction

_ALONE = text("select id from campaigns where id = any(:campaigns) order by id for share")


def redeeming(erased: Erased) -> Handle:
    """The handler of `purchase.completed`: one that names a campaign which reached the customer redeems it."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        naming = [_naming(event) for event in events if _campaign(event) and ":" not in event.partitionkey]
        gone = await erased.admit(tx.session, {each.customer_id for each in naming})
        naming = [each for each in naming if each.customer_id not in gone]
        if naming:
            # Deliveries that are told now may have missed these purchases: wait, and see them.
            await tx.session.execute(_ALONE, {"campaigns": sorted({each.campaign_id for each in naming})})
            await redeem(tx, naming)

    return handle


def _naming(event: Event) -> Naming:
    return Naming(event.subject, _campaign(event), event.partitionkey, event.time)


def _campaign(event: Event) -> str:
    return cast("PurchaseCompleted", event.data).campaign_id or ""
