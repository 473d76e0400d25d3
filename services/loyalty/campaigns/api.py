"""REST: campaigns, what they sent and what they heard (L06)."""

from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.campaigns import commands, contacts
from services.loyalty.campaigns.models import CampaignView, Deliveries, NewCampaign, Responses, Sent, Taken
from services.loyalty.campaigns.tables import Campaign
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Posting, Reading
from shared.web.cursors import Page, Paging, keyset
from shared.web.history import ChangeView
from shared.web.problems import NOT_FOUND, Problem
from shared.web.work import Existing, respond

router = APIRouter(prefix="/campaigns", tags=["campaigns"])
CampaignId = Annotated[str, Path(pattern=ID_PATTERN)]
TakenT = TypeVar("TakenT", bound=Taken)


def _view(campaign: Campaign) -> CampaignView:
    return CampaignView.model_validate(campaign)


async def _demand(session: AsyncSession, campaign_id: str) -> Campaign:
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise Problem(NOT_FOUND, f"no campaign {campaign_id}")
    return campaign


def _taken(taken: TakenT) -> TakenT:
    return taken


@router.post("", status_code=201, response_model=CampaignView)
async def create(body: NewCampaign, work: Posting) -> Response:
    """A campaign is planned, or was."""
    command = partial(commands.create, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/campaigns/{id}")


@router.get("/{campaign_id}", response_model=CampaignView)
async def read(campaign_id: CampaignId, session: Reading) -> Response:
    """One campaign."""
    return respond(await _demand(session, campaign_id), _view)


@router.get("/{campaign_id}/history")
async def read_history(campaign_id: CampaignId, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a campaign, the newest first."""
    await _demand(session, campaign_id)
    return await history.page(session, paging, "campaign", campaign_id)


@router.get("")
async def read_page(session: Reading, paging: Paging) -> Page[CampaignView]:
    """Campaigns in the order of their ids."""
    rows, following = await keyset(session, select(Campaign), paging.limit, paging.cursor, col(Campaign.id))
    return paging.page([_view(campaign) for campaign in rows], following)


@router.post("/{campaign_id}/deliveries", response_model=Sent)
async def deliver(campaign_id: CampaignId, body: Deliveries, work: Posting) -> Response:
    """The campaign reached customers; those of its control group are noted as held back, and must not be sent it."""
    command = partial(contacts.deliver, campaign_id=campaign_id, told=body.deliveries, caller=work.principal)
    return await work.run(command, _taken)


@router.post("/{campaign_id}/responses", response_model=Taken)
async def answer(campaign_id: CampaignId, body: Responses, work: Posting) -> Response:
    """Customers answered the campaign."""
    command = partial(contacts.answer, campaign_id=campaign_id, told=body.responses, caller=work.principal)
    return await work.run(command, _taken)
