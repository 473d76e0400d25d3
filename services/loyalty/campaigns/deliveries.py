"""What a campaign sent, and to whom it did not, taken in sets. One bad entry refuses the whole set."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.loyalty.campaigns.domain import begins, valid_until
from services.loyalty.campaigns.entries import admit, held, refuse
from services.loyalty.campaigns.judging import alone, withheld
from services.loyalty.campaigns.models import DeliveryTold, Sent, Withheld
from services.loyalty.campaigns.persons import Persons, persons
from services.loyalty.campaigns.queries import Known, known
from services.loyalty.campaigns.redeeming import redeem_before
from services.loyalty.campaigns.tables import Campaign, Delivery
from services.loyalty.contacts.domain import Reason
from shared.events import Event
from shared.events.loyalty import CampaignDelivered
from shared.news import is_news
from shared.outbox import Transaction, record
from shared.web.auth import Principal
from shared.web.problems import CONFLICT, INVALID, WRONG_STATE


async def deliver(tx: Transaction, campaign_id: str, told: Sequence[DeliveryTold], caller: Principal) -> Sent:
    """Note deliveries; known ones count as duplicates. Who is of the control group is noted as held back.

    So deliveries are told before anything is sent, and sent to whom the answer names neither as `control` nor as
    `withheld`: without consent, out of the segment, contacted too often, or `reached` by this campaign under another
    id of theirs already. History is taken as it happened, and purchases before it was told redeem it.

    Raises 404, 410 where a customer was erased, 422 for a delivery before the campaign began, 409 where it was
    withdrawn by then, or a customer's known delivery was at another time or through another channel.
    """
    caller.demand_chain()
    await admit(tx, "deliveries", [entry.customer_id for entry in told])
    campaign = await held(tx, campaign_id)
    early = [n for n, entry in enumerate(told) if entry.delivered_at < begins(campaign.starts_on)]
    refuse(INVALID, "deliveries", "delivered_at", "before the campaign began", early)
    theirs, kept = await _judged(tx, campaign, told)
    firsts = {entry.customer_id: entry for entry in reversed(told) if entry.customer_id not in kept}
    fresh = await _store(tx, theirs, firsts.values())
    stored = await known(tx.session, campaign_id, list(firsts))
    other = [n for n, entry in enumerate(told) if entry.customer_id in firsts and not _same(entry, stored)]
    refuse(CONFLICT, "deliveries", "customer_id", "delivered at another time or through another channel", other)
    await record(tx.session, [_delivered(tx, campaign, firsts[name], stored[name].held_back) for name in fresh])
    reached = [theirs.kin[name] for name in fresh if not stored[name].held_back]
    await redeem_before(tx, campaign, set[str]().union(*reached))
    return _sent(told, fresh, stored, kept)


async def _judged(
    tx: Transaction, campaign: Campaign, told: Sequence[DeliveryTold]
) -> tuple[Persons, dict[str, Reason]]:
    """Who they are, and who is not to be sent it, of the ids that it has not reached yet.

    Raises 409 for what a withdrawn campaign sent.
    """
    news = [] if campaign.simulated else [entry for entry in told if is_news(entry.delivered_at, tx.recorded)]
    await alone(tx.session, {entry.customer_id for entry in news})
    theirs = await persons(tx.session, campaign, {entry.customer_id for entry in told})
    _check_withdrawn(campaign, told, theirs.stored)
    # Before the control group is drawn: it is compared with those who were sent it, so it is drawn from who could be.
    judged = {entry.customer_id: entry for entry in reversed(news) if entry.customer_id not in theirs.stored}
    return theirs, await withheld(tx.session, theirs, list(judged.values()), tx.recorded)


def _check_withdrawn(campaign: Campaign, told: Sequence[DeliveryTold], before: Mapping[str, object]) -> None:
    if campaign.withdrawn_at is not None:
        end, new = campaign.withdrawn_at, [entry.customer_id not in before for entry in told]
        late = [n for n, entry in enumerate(told) if new[n] and entry.delivered_at >= end]
        refuse(WRONG_STATE, "deliveries", "delivered_at", "the campaign was withdrawn by then", late)


async def _store(tx: Transaction, theirs: Persons, told: Iterable[DeliveryTold]) -> list[str]:
    """The customers for whom the delivery was new."""
    # In one order everywhere, so that two requests wait for each other, never in a circle.
    rows = [
        {
            "campaign_id": theirs.campaign.id,
            "created_at": tx.recorded,
            "held_back": theirs.held_back(entry.customer_id),
            **entry.model_dump(),
        }
        for entry in sorted(told, key=lambda entry: entry.customer_id)
    ]
    if not rows:
        return []
    statement = insert(Delivery).on_conflict_do_nothing().returning(col(Delivery.customer_id))
    return sorted((await tx.session.execute(statement, rows)).scalars())


def _same(entry: DeliveryTold, stored: Mapping[str, Known]) -> bool:
    return stored[entry.customer_id][:2] == (entry.delivered_at, entry.channel)


def _sent(
    told: Sequence[DeliveryTold], fresh: Sequence[str], stored: Mapping[str, Known], kept: Mapping[str, Reason]
) -> Sent:
    back = sum(stored[name].held_back for name in fresh)
    return Sent(
        accepted=len(fresh) - back,
        held_back=back,
        duplicate=len(told) - len(fresh) - len(kept),
        control=sorted(name for name in stored if stored[name].held_back),
        withheld=[Withheld(customer_id=name, reason=reason) for name, reason in kept.items()],
    )


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
