"""REST: scorecards (S01, S12), their parts, and timelines."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import datetime
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.scoring.evaluation.as_of import Cards
from services.scoring.scorecards import queries
from services.scoring.scorecards.asked import AsOf, CustomerId, card_of, past, unknown
from services.scoring.scorecards.models import BondsPart, Card, DefectionPart, NextActionsPart, Part, ValuePart
from shared import clock
from shared.database import raw_connection
from shared.web.app import Caller
from shared.web.cursors import Page, Paging
from shared.web.guards import NDJSON
from shared.web.openapi import header, lines
from shared.web.preconditions import EntityResponse

router = APIRouter(tags=["scorecards"])
PARTS: dict[str, type[Part]] = {
    "bonds": BondsPart,
    "defection": DefectionPart,
    "value": ValuePart,
    "next-actions": NextActionsPart,
}
"""By path, the members of a card that can be asked for alone."""
TAGGED: dict[int | str, dict[str, Any]] = {200: header("ETag")}


class Happening(BaseModel):
    """One fact of a customer's timeline."""

    type: str
    time: datetime
    subject: str
    source: str
    store_id: str | None
    recorded: datetime
    data: dict[str, Any]


@router.get("/customers/{customer_id}/scorecard", response_model=Card, responses=TAGGED)
async def scorecard(customer_id: CustomerId, request: Request, as_of: AsOf = None) -> Response:
    """A customer's card, now or as of a past moment, from the facts known today."""
    return _entity(await card_of(request, customer_id, as_of))


def _part(members: Collection[str]) -> Callable[..., Awaitable[Response]]:
    async def part(customer_id: CustomerId, request: Request, as_of: AsOf = None) -> Response:
        card = orjson.loads(await card_of(request, customer_id, as_of))
        return _entity(orjson.dumps({name: card[name] for name in members}))

    return part


for _path, _model in PARTS.items():
    router.add_api_route(
        f"/customers/{{customer_id}}/{_path}",
        _part(_model.model_fields),
        response_model=_model,
        responses=TAGGED,
        name=_path.replace("-", "_"),
        description=f"A part of a customer's card, now or as of a past moment: {_path.replace('-', ' ')}.",
    )


@router.get(
    "/scorecards",
    response_class=StreamingResponse,
    openapi_extra={"responses": {"200": lines({"$ref": "#/components/schemas/Card"}, "one a line")}},
)
async def scorecards(request: Request, caller: Caller, as_of: AsOf = None) -> StreamingResponse:
    """Every customer's card, one a line (NDJSON), in the order of their ids; for the whole chain's tokens."""
    caller.demand_chain()
    moment = clock.now() if as_of is None else past(as_of)
    return StreamingResponse(_lines(request, moment), media_type=NDJSON)


@router.get("/customers/{customer_id}/timeline")
async def timeline(customer_id: CustomerId, request: Request, paging: Paging) -> Page[Happening]:
    """What happened to a customer, the latest first."""
    async with raw_connection(request.app.state.engine) as connection:
        facts, following = await queries.timeline(connection, customer_id, paging.limit, paging.cursor)
        if not facts and paging.cursor is None:
            raise await unknown(request, connection, customer_id)
    return paging.page([Happening(**fact) for fact in facts], following)


def _entity(body: bytes) -> Response:
    # A card has no version: what it says is its tag, the same for as long as it is stored.
    tag = hashlib.blake2b(body, digest_size=16).hexdigest()
    return EntityResponse(body, headers={"ETag": f'"{tag}"'})


async def _lines(request: Request, moment: datetime) -> AsyncIterator[bytes]:
    cards: Cards = request.app.state.cards
    async for card in cards.all_as_of(request.app.state.engine, moment):
        yield card + b"\n"
