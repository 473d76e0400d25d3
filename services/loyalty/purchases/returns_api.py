"""REST: returns of purchases (L01)."""

from functools import partial

from fastapi import APIRouter, Response
from sqlalchemy import select
from sqlmodel import col

from services.loyalty.purchases import queries, returns
from services.loyalty.purchases.api import PurchaseId
from services.loyalty.purchases.return_models import NewReturn, ReturnView
from services.loyalty.purchases.tables import Return
from shared.web.app import Caller, Reading, Writing
from shared.web.cursors import Page
from shared.web.work import Existing

router = APIRouter(prefix="/purchases/{purchase_id}/returns", tags=["purchases"])


def _as_is(view: ReturnView) -> ReturnView:
    return view


@router.post("", status_code=201, response_model=ReturnView)
async def record(purchase_id: PurchaseId, body: NewReturn, work: Writing) -> Response:
    """Goods came back, all or some."""
    command = partial(returns.record, purchase_id=purchase_id, new=body, caller=work.principal)
    created = f"/v1/purchases/{purchase_id}/returns"
    return await work.run(command, Existing.shown_by(_as_is), created=created)


@router.get("")
async def read_all(purchase_id: PurchaseId, session: Reading, caller: Caller) -> Page[ReturnView]:
    """Every return of a purchase, oldest first."""
    await queries.demand(session, purchase_id, caller)
    query = select(Return).where(col(Return.purchase_id) == purchase_id).order_by("created_at", "id")
    return Page(items=await returns.shown(session, (await session.execute(query)).scalars().all()))
