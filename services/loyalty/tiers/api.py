"""REST: tiers of customers (L03); every store may read them, a card serves them all."""

from typing import Annotated

from fastapi import APIRouter, Path

from services.loyalty.tiers import queries
from services.loyalty.tiers.models import SpanView, TiersView
from shared import clock
from shared.events.values import ID_PATTERN
from shared.web.app import Reading
from shared.web.cursors import Page, Paging

router = APIRouter(prefix="/customers/{customer_id}/tier", tags=["points"])
CustomerId = Annotated[str, Path(pattern=ID_PATTERN)]


@router.get("")
async def read(customer_id: CustomerId, session: Reading) -> TiersView:
    """Of which tier a customer is, what they need for the next one, and when they lose theirs unless they buy."""
    return TiersView(customer_id=customer_id, tiers=await queries.standings(session, customer_id, clock.now()))


@router.get("/history")
async def read_history(customer_id: CustomerId, session: Reading, paging: Paging) -> Page[SpanView]:
    """Of which tiers a customer was, the newest first."""
    rows, following = await queries.page(session, paging.limit, paging.cursor, customer_id)
    return paging.page([SpanView.model_validate(row) for row in rows], following)
