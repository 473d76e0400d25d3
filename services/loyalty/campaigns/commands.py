"""What can be done with campaigns: create one, withdraw it. `deliveries` and `answers` are what it sent and heard."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.loyalty.campaigns.models import NewCampaign
from services.loyalty.campaigns.tables import Campaign, Delivery
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import locked
from shared.web.preconditions import demand_match
from shared.web.problems import CONFLICT, WRONG_STATE, Collision, Problem
from shared.web.work import Existing


async def create(tx: Transaction, new: NewCampaign, caller: Principal) -> Existing[Campaign]:
    """Create a campaign; the same id with the same content does nothing, with other content 409."""
    caller.demand_chain()
    told = {name: getattr(new, name) for name in NewCampaign.model_fields if name != "id"}
    known = None if new.id is None else await tx.session.get(Campaign, new.id)
    if known is not None:
        if any(getattr(known, name) != value for name, value in told.items()):
            _refuse(f"{new.id} is a campaign with other content")
        return Existing(known, existed=True)
    campaign = Campaign(id=new.id or str(uuid7()), created_at=tx.recorded, **told)
    tx.session.add(campaign)
    try:
        await tx.session.flush()
    except IntegrityError:
        raise Collision(campaign.id) from None
    await note(tx, Subject("campaign", campaign.id, campaign.version), "create", before=None, after=told)
    return Existing(campaign, existed=False)


async def withdraw(
    tx: Transaction, campaign_id: str, told: datetime | None, if_match: str | None, caller: Principal
) -> Campaign:
    """Withdraw a campaign, now where no moment is told: it reaches nobody from then on; its offers stay valid.

    Raises 403, 404, 409 where it was withdrawn already or reached somebody since, 412, 428.
    """
    caller.demand_chain()
    campaign = await locked(tx, Campaign, campaign_id, "campaign")
    demand_match(if_match, campaign.version)
    if campaign.withdrawn_at is not None:
        raise Problem(WRONG_STATE, "the campaign was withdrawn already")
    at = told or tx.recorded
    last = await tx.session.scalar(
        select(func.max(col(Delivery.delivered_at))).where(col(Delivery.campaign_id) == campaign_id)
    )
    if last is not None and told is not None and last >= told:
        raise Problem(WRONG_STATE, "the campaign reached somebody after that")
    campaign.withdrawn_at, campaign.version = at, campaign.version + 1
    after = {"withdrawn_at": at}
    await note(tx, Subject("campaign", campaign.id, campaign.version), "withdraw", before={}, after=after, at=at)
    return campaign


def _refuse(detail: str) -> None:
    raise Problem(CONFLICT, detail, errors=[{"pointer": "/id", "detail": detail}])
