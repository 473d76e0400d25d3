"""What can be done with campaigns: create one. What it sent and heard is in `contacts`."""

from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from services.loyalty.campaigns.models import NewCampaign
from services.loyalty.campaigns.tables import Campaign
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.problems import CONFLICT, Collision, Problem
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


def _refuse(detail: str) -> None:
    raise Problem(CONFLICT, detail, errors=[{"pointer": "/id", "detail": detail}])
