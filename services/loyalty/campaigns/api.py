"""REST: campaigns, what they sent and what they heard (L06)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlalchemy import select
from sqlmodel import col

from services.loyalty.campaigns import commands, contacts
from services.loyalty.campaigns.models import CampaignView, Deliveries, NewCampaign, Responses, Taken
from services.loyalty.campaigns.tables import Campaign
from shared.events.values import ID_PATTERN
from shared.web.app import Reading, Writing
from shared.web.cursors import Page, Paging, keyset
from shared.web.problems import NOT_FOUND, Problem
from shared.web.work import Existing, respond

router = APIRouter(prefix="/campaigns", tags=["campaigns"])
CampaignId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(campaign: Campaign) -> CampaignView:
    return CampaignView.model_validate(campaign)


def _taken(taken: Taken) -> Taken:
    return taken


@router.post("", status_code=201, response_model=CampaignView)
async def create(body: NewCampaign, work: Writing) -> Response:
    """A campaign is planned, or was."""
    command = partial(commands.create, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/campaigns/{id}")


@router.get("/{campaign_id}", response_model=CampaignView)
async def read(campaign_id: CampaignId, session: Reading) -> Response:
    """One campaign."""
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise Problem(NOT_FOUND, f"no campaign {campaign_id}")
    return respond(campaign, _view)


@router.get("")
async def read_page(session: Reading, paging: Paging) -> Page[CampaignView]:
    """Campaigns in the order of their ids."""
    rows, following = await keyset(session, select(Campaign), paging.limit, paging.cursor, col(Campaign.id))
    return paging.page([_view(campaign) for campaign in rows], following)


@router.post("/{campaign_id}/deliveries", response_model=Taken)
async def deliver(campaign_id: CampaignId, body: Deliveries, work: Writing) -> Response:
    """The campaign reached customers."""
    command = partial(contacts.deliver, campaign_id=campaign_id, told=body.deliveries, caller=work.principal)
    return await work.run(command, _taken)


@router.post("/{campaign_id}/responses", response_model=Taken)
async def answer(campaign_id: CampaignId, body: Responses, work: Writing) -> Response:
    """Customers answered the campaign."""
    command = partial(contacts.answer, campaign_id=campaign_id, told=body.responses, caller=work.principal)
    return await work.run(command, _taken)
