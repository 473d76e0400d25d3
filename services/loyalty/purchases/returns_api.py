"""REST: returns of purchases (L01)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlalchemy import select
from sqlmodel import col

from services.loyalty.purchases import queries, returns
from services.loyalty.purchases.api import PurchaseId
from services.loyalty.purchases.return_models import NewReturn, ReturnView
from services.loyalty.purchases.tables import Return
from shared.events.values import ID_PATTERN
from shared.web.app import Caller, Posting, Reading
from shared.web.cursors import Page, Paging, keyset
from shared.web.problems import NOT_FOUND, Problem
from shared.web.work import Existing, respond

router = APIRouter(prefix="/purchases/{purchase_id}/returns", tags=["purchases"])
ReturnId = Annotated[str, Path(pattern=ID_PATTERN)]


def _as_is(view: ReturnView) -> ReturnView:
    return view


@router.post("", status_code=201, response_model=ReturnView)
async def record(purchase_id: PurchaseId, body: NewReturn, work: Posting) -> Response:
    """Goods came back, all or some."""
    command = partial(returns.record, purchase_id=purchase_id, new=body, caller=work.principal)
    created = f"/v1/purchases/{purchase_id}/returns/{{id}}"
    return await work.run(command, Existing.shown_by(_as_is), created=created)


@router.get("")
async def read_page(purchase_id: PurchaseId, session: Reading, caller: Caller, paging: Paging) -> Page[ReturnView]:
    """Every return of a purchase, oldest first."""
    await queries.demand(session, purchase_id, caller)
    query = select(Return).where(col(Return.purchase_id) == purchase_id)
    order = col(Return.created_at), col(Return.id)
    rows, following = await keyset(session, query, paging.limit, paging.cursor, *order)
    return paging.page(await returns.shown(session, rows), following)


@router.get("/{return_id}", response_model=ReturnView)
async def read(purchase_id: PurchaseId, return_id: ReturnId, session: Reading, caller: Caller) -> Response:
    """One return."""
    await queries.demand(session, purchase_id, caller)
    found = await session.get(Return, return_id)
    if found is None or found.purchase_id != purchase_id:
        raise Problem(NOT_FOUND, f"no return {return_id}")
    return respond((await returns.shown(session, [found]))[0], _as_is)
