"""REST: loyalty cards (L03); one card serves every store, so every caller may read, issue and block them."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.loyalty.cards import commands, queries
from services.loyalty.cards.models import Blocking, CardView, NewCard
from services.loyalty.cards.tables import Card
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatch, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.fields import Id
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/cards", tags=["cards"])
CardId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(card: Card) -> CardView:
    return CardView.model_validate(card)


@router.post("", status_code=201, response_model=CardView)
async def issue(body: NewCard, work: Posting) -> Response:
    """A customer gets a card."""
    command = partial(commands.issue, new=body)
    return await work.run(command, Existing.shown_by(_view), created="/v1/cards/{id}")


@router.get("/{card_id}", response_model=CardView)
async def read(card_id: CardId, session: Reading) -> Response:
    """One card."""
    return respond(await queries.one(session, card_id), _view)


@router.get("/{card_id}/history")
async def read_history(card_id: CardId, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a card, the newest first."""
    await queries.one(session, card_id)
    return await history.page(session, paging, "card", card_id)


@router.get("")
async def read_page(session: Reading, paging: Paging, customer_id: Id) -> Page[CardView]:
    """A customer's cards in the order of their ids."""
    rows, following = await queries.page(session, paging.limit, paging.cursor, customer_id)
    return paging.page([_view(card) for card in rows], following)


@router.post("/{card_id}/block", response_model=CardView)
async def block(card_id: CardId, body: Blocking, work: Posting, if_match: IfMatch) -> Response:
    """The card is lost (with `If-Match`, where the caller read it before)."""
    command = partial(commands.block, card_id=card_id, told=body, if_match=if_match)
    return await work.run(command, _view)
