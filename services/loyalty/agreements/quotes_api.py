"""REST: quotes by volume-price agreements (L04)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.loyalty.agreements import commands, queries
from services.loyalty.agreements.quote_models import NewQuote, QuoteView
from shared.events.values import ID_PATTERN
from shared.web.app import Caller, Posting, Reading
from shared.web.work import Existing, respond

router = APIRouter(prefix="/quotes")
_view = QuoteView.model_validate


@router.post("", status_code=201, response_model=QuoteView)
async def quote(body: NewQuote, work: Posting) -> Response:
    """What would the customer pay for this?"""
    command = partial(commands.quote, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/quotes/{id}")


@router.get("/{quote_id}", response_model=QuoteView)
async def read(quote_id: Annotated[str, Path(pattern=ID_PATTERN)], session: Reading, caller: Caller) -> Response:
    """One quote, as the customer was told."""
    return respond(await queries.quote(session, quote_id, caller), _view)
