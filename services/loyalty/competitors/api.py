"""REST: competitors, their offers beside ours, and what was observed of them (L09)."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.loyalty.competitors import commands, comparing, observations_api, queries
from services.loyalty.competitors.models import ComparedView, CompetitorTold, CompetitorView, OfferTold, OfferView
from services.loyalty.competitors.observation_models import KindView
from services.loyalty.competitors.tables import Competitor, CompetitorOffer
from shared import clock
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatch, Reading, WholeChain, Writing
from shared.web.cursors import Page, Paging
from shared.web.fields import Currency, Instant
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(tags=["competitors"])
router.include_router(observations_api.router)
ONE = "/competitors/{competitor_id}"
Segment = Annotated[str, Path(pattern=ID_PATTERN)]
Since = Annotated[Instant | None, Query(alias="from")]
Until = Annotated[Instant | None, Query(alias="to", description="exclusive")]


def _view(row: Competitor) -> CompetitorView:
    return CompetitorView.model_validate(row)


def _offer(row: CompetitorOffer) -> OfferView:
    return OfferView.model_validate(row)


@router.put(ONE, status_code=201, response_model=CompetitorView)
async def put(competitor_id: Segment, body: CompetitorTold, work: Writing, if_match: IfMatch) -> Response:
    """Enter a competitor into the register, or replace what it says (with `If-Match`)."""
    command = partial(commands.put, competitor_id=competitor_id, told=body, if_match=if_match, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/competitors/{id}")


@router.get("/competitors")
async def read_page(session: Reading, paging: Paging) -> Page[CompetitorView]:
    """The register of competitors, in the order of their ids."""
    rows, following = await queries.page(session, paging.limit, paging.cursor)
    return paging.page([_view(row) for row in rows], following)


@router.get(ONE, response_model=CompetitorView)
async def read(competitor_id: Segment, session: Reading) -> Response:
    """One competitor."""
    return respond(await queries.one(session, competitor_id), _view)


@router.get(ONE + "/history")
async def read_history(competitor_id: Segment, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a competitor and of their offers, the newest first."""
    await queries.one(session, competitor_id)
    return await history.page(session, paging, "competitor", competitor_id)


@router.put(ONE + "/offers/{offer_id}", status_code=201, response_model=OfferView)
async def put_offer(
    competitor_id: Segment, offer_id: Segment, body: OfferTold, work: Writing, if_match: IfMatch
) -> Response:
    """What a competitor asks for a product or in a category, or what they ask now (with `If-Match`)."""
    key = {"competitor_id": competitor_id, "id": offer_id}
    command = partial(commands.put_offer, key=key, told=body, if_match=if_match, caller=work.principal)
    created = f"/v1/competitors/{competitor_id}/offers/{{id}}"
    return await work.run(command, Existing.shown_by(_offer), created=created)


@router.get(ONE + "/offers")
async def read_offers(competitor_id: Segment, session: Reading, paging: Paging) -> Page[OfferView]:
    """A competitor's offers, in the order of their ids."""
    await queries.one(session, competitor_id)
    rows, following = await queries.offers(session, competitor_id, paging.limit, paging.cursor)
    return paging.page([_offer(row) for row in rows], following)


@router.get(ONE + "/offers/{offer_id}", response_model=OfferView)
async def read_offer(competitor_id: Segment, offer_id: Segment, session: Reading) -> Response:
    """One offer."""
    return respond(await queries.offer(session, competitor_id, offer_id), _offer)


@router.get(ONE + "/comparison", dependencies=[WholeChain])
async def compare(
    competitor_id: Segment, session: Reading, paging: Paging, currency: Currency, as_of: Instant | None = None
) -> Page[ComparedView]:
    """Their offers in a currency beside what was paid for ours in the 90 days up to `as_of`, or to now."""
    await queries.one(session, competitor_id)
    at: datetime = as_of or clock.now()
    seen = comparing.seen(currency, at)
    rows, following = await queries.offers(session, competitor_id, paging.limit, paging.cursor, *seen)
    return paging.page(await comparing.compared(session, rows, at), following)


@router.get(ONE + "/observations", dependencies=[WholeChain])
async def count(competitor_id: Segment, session: Reading, since: Since = None, until: Until = None) -> list[KindView]:
    """How often a competitor was met, by kind, and by how many customers."""
    await queries.one(session, competitor_id)
    return await comparing.kinds(session, competitor_id, since, until)
