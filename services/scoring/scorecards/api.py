"""REST: scorecards (S01, S12) and timelines."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.scoring.evaluation.as_of import Cards
from services.scoring.scorecards import queries
from shared import clock
from shared.database import raw_connection
from shared.events.values import ID_PATTERN
from shared.web.app import Caller
from shared.web.cursors import Page, Paging
from shared.web.fields import Instant
from shared.web.guards import NDJSON
from shared.web.problems import INVALID, NOT_FOUND, Problem

router = APIRouter(tags=["scorecards"])
CustomerId = Annotated[str, Path(pattern=ID_PATTERN)]
AsOf = Annotated[Instant | None, Query(description="a past moment with its offset; now where none is told")]


class Happening(BaseModel):
    """One fact of a customer's timeline."""

    type: str
    time: datetime
    subject: str
    source: str
    store_id: str | None
    recorded: datetime
    data: dict[str, Any]


@router.get("/customers/{customer_id}/scorecard")
async def scorecard(customer_id: CustomerId, request: Request, as_of: AsOf = None) -> Response:
    """A customer's card, now or as of a past moment, from the facts known today."""
    cards: Cards = request.app.state.cards
    async with raw_connection(request.app.state.engine) as connection:
        if as_of is None:
            card = await cards.current(connection, customer_id)
        else:
            card = await cards.as_of(connection, customer_id, _past(as_of))
    if card is None:
        raise Problem(NOT_FOUND, f"nothing is known of {customer_id}" + (" before then" if as_of else ""))
    return Response(card, media_type="application/json")


@router.get("/scorecards")
async def scorecards(request: Request, caller: Caller, as_of: AsOf = None) -> StreamingResponse:
    """Every customer's card, one a line (NDJSON), in the order of their ids; for the whole chain's tokens."""
    caller.demand_chain()
    moment = clock.now() if as_of is None else _past(as_of)
    return StreamingResponse(_lines(request, moment), media_type=NDJSON)


@router.get("/customers/{customer_id}/timeline")
async def timeline(customer_id: CustomerId, request: Request, paging: Paging) -> Page[Happening]:
    """What happened to a customer, the latest first."""
    async with raw_connection(request.app.state.engine) as connection:
        facts, following = await queries.timeline(connection, customer_id, paging.limit, paging.cursor)
    if not facts and paging.cursor is None:
        raise Problem(NOT_FOUND, f"nothing is known of {customer_id}")
    return paging.page([Happening(**fact) for fact in facts], following)


async def _lines(request: Request, moment: datetime) -> AsyncIterator[bytes]:
    cards: Cards = request.app.state.cards
    async for card in cards.all_as_of(request.app.state.engine, moment):
        yield card + b"\n"


def _past(moment: datetime) -> datetime:
    if moment > clock.now() + timedelta(seconds=5):
        fault = {"pointer": "/as_of", "detail": "it lies in the future"}
        raise Problem(INVALID, "look at as_of", errors=[fault])
    return moment
