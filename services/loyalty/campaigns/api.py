"""REST: campaigns, what they sent and what they heard (L06)."""

from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Response

from services.loyalty.campaigns import answers, commands, deliveries, queries
from services.loyalty.campaigns.models import (
    CampaignView,
    Deliveries,
    DeliveryView,
    NewCampaign,
    Responses,
    ResultsView,
    Selected,
    Sent,
    Taken,
    Withdrawal,
)
from services.loyalty.campaigns.queries import Filters
from services.loyalty.campaigns.results import results
from services.loyalty.campaigns.selection import Asked, select
from services.loyalty.campaigns.tables import Campaign
from shared import clock
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatchDemanded, Posting, Reading, WholeChain
from shared.web.cursors import Page, Paging
from shared.web.fields import Code, Instant
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/campaigns", tags=["campaigns"])
CampaignId = Annotated[str, Path(pattern=ID_PATTERN)]
TakenT = TypeVar("TakenT", bound=Taken)


def _view(campaign: Campaign) -> CampaignView:
    return CampaignView.model_validate(campaign)


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
    return respond(await queries.one(session, campaign_id), _view)


@router.get("/{campaign_id}/history")
async def read_history(campaign_id: CampaignId, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a campaign, the newest first."""
    await queries.one(session, campaign_id)
    return await history.page(session, paging, "campaign", campaign_id)


@router.get("")
async def read_page(session: Reading, filters: Annotated[Filters, Depends()], paging: Paging) -> Page[CampaignView]:
    """Campaigns in the order of their ids."""
    rows, following = await queries.page(session, paging.limit, paging.cursor, filters)
    return paging.page([_view(campaign) for campaign in rows], following)


@router.post("/{campaign_id}/withdraw", response_model=CampaignView)
async def withdraw(campaign_id: CampaignId, body: Withdrawal, work: Posting, if_match: IfMatchDemanded) -> Response:
    """Nothing is delivered any more; what was offered stays valid."""
    command = partial(
        commands.withdraw, campaign_id=campaign_id, told=body.occurred_at, if_match=if_match, caller=work.principal
    )
    return await work.run(command, _view)


@router.get("/{campaign_id}/selection", dependencies=[WholeChain])
async def read_selection(
    campaign_id: CampaignId, session: Reading, paging: Paging, channel: Code = "mail", at: Instant | None = None
) -> Page[Selected]:
    """Members of the campaign's segment whom it has not reached, and whether it may be sent to them, now or then."""
    campaign, now = await queries.one(session, campaign_id), clock.now()
    found, following = await select(session, campaign, Asked(channel, at or now, now), paging)
    return paging.page(found, following)


@router.get("/{campaign_id}/results", response_model=ResultsView, dependencies=[WholeChain])
async def read_results(campaign_id: CampaignId, session: Reading) -> ResultsView:
    """What came of it: who was reached, answered and redeemed, and the lift over the control group."""
    return await results(session, await queries.one(session, campaign_id))


@router.get("/{campaign_id}/deliveries", dependencies=[WholeChain])
async def read_deliveries(campaign_id: CampaignId, session: Reading, paging: Paging) -> Page[DeliveryView]:
    """Whom it reached or holds back, in the order of their ids, with the answer of each that counts."""
    await queries.one(session, campaign_id)
    found, following = await queries.deliveries(session, campaign_id, paging.limit, paging.cursor)
    return paging.page(found, following)


@router.post("/{campaign_id}/deliveries", response_model=Sent)
async def deliver(campaign_id: CampaignId, body: Deliveries, work: Posting) -> Response:
    """The campaign reaches customers: tell it before anything is sent.

    Those of its control group are noted as held back, and of what is news those are withheld who may not be contacted:
    neither must be sent it.
    """
    command = partial(deliveries.deliver, campaign_id=campaign_id, told=body.deliveries, caller=work.principal)
    return await work.run(command, _taken)


@router.post("/{campaign_id}/responses", response_model=Taken)
async def answer(campaign_id: CampaignId, body: Responses, work: Posting) -> Response:
    """Customers answered the campaign."""
    command = partial(answers.answer, campaign_id=campaign_id, told=body.responses, caller=work.principal)
    return await work.run(command, _taken)
