"""REST: the points ledger of a card; every store may read it, for a card serves them all (L03)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.loyalty.points import commands, queries
from services.loyalty.points.models import BalancesView, MovementView, NewAdjustment, NewRedemption
from shared import clock
from shared.events.values import ID_PATTERN
from shared.web.app import Administrators, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.fields import Currency
from shared.web.work import Existing, respond

router = APIRouter(prefix="/cards/{card_id}", tags=["points"])
CardId = Annotated[str, Path(pattern=ID_PATTERN)]
MovementId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:-]{1,200}$")]


def _as_is(view: MovementView) -> MovementView:
    return view


@router.post("/redemptions", status_code=201, response_model=MovementView)
async def redeem(card_id: CardId, body: NewRedemption, work: Posting) -> Response:
    """Points are paid with, the oldest-expiring first."""
    command = partial(commands.redeem, card_id=card_id, new=body, caller=work.principal)
    created = f"/v1/cards/{card_id}/ledger/{{id}}"
    return await work.run(command, Existing.shown_by(_as_is), created=created)


@router.post("/adjustments", status_code=201, response_model=MovementView, dependencies=[Administrators])
async def adjust(card_id: CardId, body: NewAdjustment, work: Posting) -> Response:
    """An administrator gives points, or takes them; what can't be taken is owed."""
    command = partial(commands.adjust, card_id=card_id, new=body)
    created = f"/v1/cards/{card_id}/ledger/{{id}}"
    return await work.run(command, Existing.shown_by(_as_is), created=created)


@router.get("/ledger")
async def read_page(
    card_id: CardId, session: Reading, paging: Paging, currency: Currency | None = None
) -> Page[MovementView]:
    """Movements of the card's customer with their entries, the newest first."""
    items, following = await queries.page(session, card_id, paging.limit, paging.cursor, currency)
    return paging.page(items, following)


@router.get("/ledger/{movement_id}", response_model=MovementView)
async def read(card_id: CardId, movement_id: MovementId, session: Reading) -> Response:
    """One movement."""
    return respond(await queries.one(session, card_id, movement_id), _as_is)


@router.get("/balance")
async def read_balance(card_id: CardId, session: Reading) -> BalancesView:
    """What the card's customer has, by currency."""
    return BalancesView(balances=await queries.balances(session, card_id, clock.now()))
