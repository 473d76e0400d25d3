"""What a campaign sent, to whom it did not, and what it heard, taken in sets. One bad entry refuses the whole set."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.loyalty.campaigns.domain import begins, held_back, valid_until
from services.loyalty.campaigns.models import DeliveryTold, ResponseTold, Sent, Taken
from services.loyalty.campaigns.tables import Campaign, CampaignResponse, Delivery
from shared.events import Event
from shared.events.loyalty import CampaignAnswered, CampaignDelivered
from shared.outbox import Transaction, record
from shared.web.auth import Principal
from shared.web.problems import CONFLICT, GONE, INVALID, NOT_FOUND, Kind, Problem

MOST_ERRORS = 100


class Known(NamedTuple):
    """When and through which channel a customer was reached, or would have been."""

    delivered_at: datetime
    channel: str
    held_back: bool


async def deliver(tx: Transaction, campaign_id: str, told: Sequence[DeliveryTold], caller: Principal) -> Sent:
    """Note deliveries; known ones count as duplicates. Who is of the control group is noted as held back.

    So deliveries are told before anything is sent, and sent to whom the answer does not name as `control`.

    Raises 404, 410 where a customer was erased, 422 for a delivery before the campaign began, 409 where a
    customer's known delivery was at another time or through another channel.
    """
    caller.demand_chain()
    await _admit(tx, "deliveries", [entry.customer_id for entry in told])
    campaign = await _campaign(tx, campaign_id)
    early = [n for n, entry in enumerate(told) if entry.delivered_at < begins(campaign.starts_on)]
    _refuse(INVALID, "deliveries", "delivered_at", "before the campaign began", early)
    firsts = {entry.customer_id: entry for entry in reversed(told)}
    fresh = await _store_deliveries(tx, campaign, firsts.values())
    known = await _deliveries(tx, campaign_id, list(firsts))
    other = [n for n, entry in enumerate(told) if known[entry.customer_id][:2] != (entry.delivered_at, entry.channel)]
    _refuse(CONFLICT, "deliveries", "customer_id", "delivered at another time or through another channel", other)
    await record(tx.session, [_delivered(tx, campaign, firsts[name], known[name].held_back) for name in fresh])
    held = sum(known[name].held_back for name in fresh)
    control = sorted(name for name in firsts if known[name].held_back)
    return Sent(accepted=len(fresh) - held, held_back=held, duplicate=len(told) - len(fresh), control=control)


async def answer(tx: Transaction, campaign_id: str, told: Sequence[ResponseTold], caller: Principal) -> Taken:
    """Note responses; identical ones count as duplicates, different ones of one customer all count.

    Raises 404, 410 where a customer was erased, 422 for a response of one whom the campaign did not reach, or not yet.
    """
    caller.demand_chain()
    await _admit(tx, "responses", [entry.customer_id for entry in told])
    await _campaign(tx, campaign_id)
    sent = await _deliveries(tx, campaign_id, sorted({entry.customer_id for entry in told}))
    reached = {customer for customer, known in sent.items() if not known.held_back}
    unknown = [n for n, entry in enumerate(told) if entry.customer_id not in reached]
    _refuse(INVALID, "responses", "customer_id", "the campaign did not reach this customer", unknown)
    early = [n for n, entry in enumerate(told) if entry.responded_at < sent[entry.customer_id].delivered_at]
    _refuse(INVALID, "responses", "responded_at", "before the campaign reached the customer", early)
    fresh = await _store_responses(tx, campaign_id, told)
    await record(tx.session, [_answered(tx, campaign_id, entry) for entry in fresh])
    return Taken(accepted=len(fresh), duplicate=len(told) - len(fresh))


async def _admit(tx: Transaction, entries: str, customers: Sequence[str]) -> None:
    erased = await tx.refused(set(customers))
    gone = [n for n, customer in enumerate(customers) if customer in erased]
    _refuse(GONE, entries, "customer_id", "the customer demanded to be forgotten", gone)


async def _campaign(tx: Transaction, campaign_id: str) -> Campaign:
    campaign = await tx.session.get(Campaign, campaign_id, with_for_update={"key_share": True})
    if campaign is None:
        raise Problem(NOT_FOUND, f"no campaign {campaign_id}")
    return campaign


async def _store_deliveries(tx: Transaction, campaign: Campaign, told: Iterable[DeliveryTold]) -> list[str]:
    """The customers for whom the delivery was new."""
    share = campaign.control_share
    # In one order everywhere, so that two requests wait for each other, never in a circle.
    rows = [
        {**_row(tx, campaign.id, entry), "held_back": held_back(campaign.id, entry.customer_id, share)}
        for entry in sorted(told, key=lambda entry: entry.customer_id)
    ]
    statement = insert(Delivery).on_conflict_do_nothing().returning(col(Delivery.customer_id))
    return sorted((await tx.session.execute(statement, rows)).scalars())


async def _store_responses(tx: Transaction, campaign_id: str, told: Sequence[ResponseTold]) -> list[ResponseTold]:
    firsts = {(entry.customer_id, entry.responded_at, entry.kind): entry for entry in reversed(told)}
    rows = [_row(tx, campaign_id, firsts[key]) for key in sorted(firsts)]
    key = (col(CampaignResponse.customer_id), col(CampaignResponse.responded_at), col(CampaignResponse.kind))
    statement = insert(CampaignResponse).on_conflict_do_nothing().returning(*key)
    fresh = {(row.customer_id, row.responded_at, row.kind) for row in await tx.session.execute(statement, rows)}
    return [firsts[found] for found in sorted(fresh)]


def _row(tx: Transaction, campaign_id: str, entry: DeliveryTold | ResponseTold) -> dict[str, Any]:
    return {"campaign_id": campaign_id, "created_at": tx.recorded, **entry.model_dump()}


async def _deliveries(tx: Transaction, campaign_id: str, customers: Sequence[str]) -> dict[str, Known]:
    what = (Delivery.customer_id, Delivery.delivered_at, Delivery.channel, Delivery.held_back)
    query = select(*map(col, what)).where(
        col(Delivery.campaign_id) == campaign_id, col(Delivery.customer_id).in_(customers)
    )
    found = await tx.session.execute(query)
    return {row.customer_id: Known(row.delivered_at, row.channel, row.held_back) for row in found}


def _delivered(tx: Transaction, campaign: Campaign, entry: DeliveryTold, control: bool) -> Event:
    payload = CampaignDelivered(
        campaign_id=campaign.id,
        kind=campaign.kind,
        purpose=campaign.purpose,
        channel=entry.channel,
        valid_until=valid_until(campaign.ends_on),
        control=control,
    )
    subject = f"{campaign.id}:{entry.customer_id}"
    return tx.event(payload, key=entry.customer_id, subject=subject, time=entry.delivered_at)


def _answered(tx: Transaction, campaign_id: str, entry: ResponseTold) -> Event:
    payload = CampaignAnswered(campaign_id=campaign_id, kind=entry.kind)
    subject = f"{campaign_id}:{entry.customer_id}"
    return tx.event(payload, key=entry.customer_id, subject=subject, time=entry.responded_at)


def _refuse(kind: Kind, entries: str, name: str, detail: str, places: Sequence[int]) -> None:
    if places:
        errors = [{"pointer": f"/{entries}/{place}/{name}", "detail": detail} for place in places[:MOST_ERRORS]]
        raise Problem(kind, detail, errors=errors)
