"""REST: purchases (L01) and their bulk intake (L02)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import DBAPIError

from services.loyalty.purchases import commands, exchanges, intake, queries
from services.loyalty.purchases.exchange_models import ExchangeView, NewExchange
from services.loyalty.purchases.models import NewPurchase, PurchaseView
from shared.database import gave_way
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, PostingOnce, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.fields import Id
from shared.web.history import ChangeView
from shared.web.imports import FromLine, Line, Verdict, import_stream
from shared.web.openapi import importing
from shared.web.work import Existing, respond

router = APIRouter(tags=["purchases"])
PurchaseId = Annotated[str, Path(pattern=ID_PATTERN)]
ATTEMPTS = 4


def as_is(view: PurchaseView) -> PurchaseView:
    """What is shown already."""
    return view


def _exchanged(view: ExchangeView) -> ExchangeView:
    return view


@router.post("/purchases", status_code=201, response_model=PurchaseView)
async def record(body: NewPurchase, work: PostingOnce) -> Response:
    """A bill was paid. An Idempotency-Key is required: a retry must count once."""
    command = partial(commands.record, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(as_is), created="/v1/purchases/{id}")


@router.post("/purchases/{purchase_id}/exchanges", status_code=201, response_model=ExchangeView)
async def exchange(purchase_id: PurchaseId, body: NewExchange, work: PostingOnce) -> Response:
    """Goods came back and others were bought in their place. An Idempotency-Key is required, as of a purchase.

    The address of the new purchase is told.
    """
    command = partial(exchanges.exchange, purchase_id=purchase_id, told=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_exchanged), created="/v1/purchases/{id}")


@router.get("/purchases/{purchase_id}", response_model=PurchaseView)
async def read(purchase_id: PurchaseId, session: Reading, caller: Caller) -> Response:
    """One purchase."""
    return respond(await queries.one(session, purchase_id, caller), as_is)


@router.get("/purchases/{purchase_id}/history")
async def read_history(purchase_id: PurchaseId, session: Reading, caller: Caller, paging: Paging) -> Page[ChangeView]:
    """What happened to a purchase since it was taken down, the newest first."""
    await queries.demand(session, purchase_id, caller)
    return await history.page(session, paging, "purchase", purchase_id)


@router.get("/purchases")
async def read_page(
    session: Reading,
    caller: Caller,
    *,
    paging: Paging,
    customer_id: Id | None = None,
    card_id: Id | None = None,
    store_id: Id | None = None,
) -> Page[PurchaseView]:
    """Purchases as they were taken down, oldest first."""
    items, following = await queries.page(
        session, caller, paging.limit, paging.cursor, customer_id=customer_id, card_id=card_id, store_id=store_id
    )
    return paging.page(items, following)


@router.post("/imports/purchases", **importing(NewPurchase))
async def take_in(request: Request, work: Writing, from_line: FromLine = 1) -> StreamingResponse:
    """A stream of purchases (NDJSON in, a verdict for each line out). Its body may be sent by gzip."""

    async def store(lines: list[Line[NewPurchase]]) -> list[Verdict]:
        command = partial(intake.take_in, lines=lines, caller=work.principal)
        for _ in range(ATTEMPTS - 1):
            # Streams that cross ids and receipts of each other can meet in a circle; one of them tries again.
            try:
                return await work.batch(command)
            except DBAPIError as error:
                if not gave_way(error):
                    raise
        return await work.batch(command)

    return import_stream(request, NewPurchase, store, first=from_line)
