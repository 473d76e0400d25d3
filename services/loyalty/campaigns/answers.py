"""What a campaign heard, taken in sets. One bad entry refuses the whole set."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, text

from services.loyalty.campaigns.entries import admit, held, refuse
from services.loyalty.campaigns.heard import Heard
from services.loyalty.campaigns.models import ResponseTold, Taken
from services.loyalty.campaigns.queries import Known, known
from services.loyalty.campaigns.tables import CampaignResponse
from shared.aliases import families
from shared.events import Event
from shared.events.loyalty import CampaignAnswered
from shared.outbox import Transaction, record
from shared.web.auth import Principal
from shared.web.problems import INVALID

_PURCHASES = text("select id, customer_id, occurred_at from purchases where id = any(:ids)")
_CONTACTS = text("""
    select customer_id from deliveries where campaign_id = :campaign and customer_id = any(:customers)
    order by customer_id for no key update
""")
"""Whoever tells of the same contacts waits: what was heard of them is read, then written."""
_HEARD = text("""
    select customer_id, responded_at, kind, purchase_id from responses
    where campaign_id = :campaign and (customer_id = any(:customers) or purchase_id = any(:purchases))
""")
_TIE = text("""
    update responses set purchase_id = :purchase_id where campaign_id = :campaign_id
    and customer_id = :customer_id and responded_at = :responded_at and kind = :kind and purchase_id is null
""")


class Bought(NamedTuple):
    """Whose a purchase is, and when it was."""

    customer_id: str | None
    occurred_at: datetime


async def answer(tx: Transaction, campaign_id: str, told: Sequence[ResponseTold], caller: Principal) -> Taken:
    """Note responses; identical ones count as duplicates, different ones of one customer all count.

    Raises 404, 410 where a customer was erased, 422 for a response of one whom the campaign did not reach, or not yet,
    and for a purchase of somebody else or from before the delivery.
    """
    caller.demand_chain()
    await admit(tx, "responses", [entry.customer_id for entry in told])
    await held(tx, campaign_id)
    sent = await known(tx.session, campaign_id, sorted({entry.customer_id for entry in told}))
    reached = {customer for customer, delivery in sent.items() if not delivery.held_back}
    unknown = [n for n, entry in enumerate(told) if entry.customer_id not in reached]
    refuse(INVALID, "responses", "customer_id", "the campaign did not reach this customer", unknown)
    early = [n for n, entry in enumerate(told) if entry.responded_at < sent[entry.customer_id].delivered_at]
    refuse(INVALID, "responses", "responded_at", "before the campaign reached the customer", early)
    await _check_purchases(tx, told, sent)
    fresh = await store(tx, campaign_id, told)
    return Taken(accepted=fresh, duplicate=len(told) - fresh)


async def store(tx: Transaction, campaign_id: str, told: Sequence[ResponseTold]) -> int:
    """Note responses of customers whom the campaign reached; answers how many were new.

    The same moment and kind, or the same purchase, is the same response; a redemption that was told without its
    purchase is tied to it. Two purchases at one moment are two responses: the second is kept a microsecond later.
    """
    heard = await _heard(tx, campaign_id, told)
    heard.take(told)
    for statement, entries in ((_TIE, heard.tied), (insert(CampaignResponse), heard.fresh)):
        if entries:
            await tx.session.execute(statement, [_row(tx, campaign_id, entry) for entry in entries])
    await record(tx.session, [_answered(tx, campaign_id, entry) for entry in heard.fresh])
    return len(heard.fresh)


async def _heard(tx: Transaction, campaign_id: str, told: Sequence[ResponseTold]) -> Heard:
    customers = sorted({entry.customer_id for entry in told})
    await tx.session.execute(_CONTACTS, {"campaign": campaign_id, "customers": customers})
    purchases = sorted({entry.purchase_id for entry in told if entry.purchase_id is not None})
    what = {"campaign": campaign_id, "customers": customers, "purchases": purchases}
    rows = (await tx.session.execute(_HEARD, what)).all()
    kept = {(row.customer_id, row.responded_at, row.kind): row.purchase_id for row in rows}
    return Heard(kept, {row.purchase_id for row in rows if row.purchase_id is not None})


async def _check_purchases(tx: Transaction, told: Sequence[ResponseTold], sent: Mapping[str, Known]) -> None:
    named = [(n, entry) for n, entry in enumerate(told) if entry.purchase_id is not None]
    if not named:
        return
    bought = await _bought(tx, {str(entry.purchase_id) for _, entry in named})
    kin = await families(tx.session, {entry.customer_id for _, entry in named})
    other = [n for n, entry in named if bought[str(entry.purchase_id)].customer_id not in kin[entry.customer_id]]
    refuse(INVALID, "responses", "purchase_id", "no purchase of this customer", other)
    early = [
        n for n, entry in named if bought[str(entry.purchase_id)].occurred_at < sent[entry.customer_id].delivered_at
    ]
    refuse(INVALID, "responses", "purchase_id", "before the campaign reached the customer", early)


async def _bought(tx: Transaction, ids: Collection[str]) -> Mapping[str, Bought]:
    rows = await tx.session.execute(_PURCHASES, {"ids": sorted(ids)})
    found = {row.id: Bought(row.customer_id, row.occurred_at) for row in rows}
    return {name: found.get(name, Bought(None, tx.recorded)) for name in ids}


def _row(tx: Transaction, campaign_id: str, entry: ResponseTold) -> dict[str, Any]:
    return {"campaign_id": campaign_id, "created_at": tx.recorded, **entry.model_dump()}


def _answered(tx: Transaction, campaign_id: str, entry: ResponseTold) -> Event:
    payload = CampaignAnswered(campaign_id=campaign_id, kind=entry.kind, purchase_id=entry.purchase_id)
    subject = f"{campaign_id}:{entry.customer_id}"
    return tx.event(payload, key=entry.customer_id, subject=subject, time=entry.responded_at)
