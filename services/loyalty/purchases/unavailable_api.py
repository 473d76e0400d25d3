"""REST: what was asked for and not to be had (L01)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.loyalty.purchases import unavailable
from services.loyalty.purchases.unavailable_models import NewUnavailableRequest, UnavailableRequestView
from shared.events.values import ID_PATTERN
from shared.web.app import Caller, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.fields import Code, Id
from shared.web.work import Existing, respond

router = APIRouter(prefix="/unavailable-requests", tags=["purchases"])
_view = UnavailableRequestView.model_validate


@router.post("", status_code=201, response_model=UnavailableRequestView)
async def ask(body: NewUnavailableRequest, work: Posting) -> Response:
    """Somebody asked for what was not to be had."""
    command = partial(unavailable.ask, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/unavailable-requests/{id}")


@router.get("")
async def read_page(
    session: Reading,
    caller: Caller,
    *,
    paging: Paging,
    store_id: Id | None = None,
    category: Code | None = None,
    customer_id: Id | None = None,
) -> Page[UnavailableRequestView]:
    """What was asked for in vain, as it was taken down, oldest first."""
    wanted = {"store_id": store_id, "category": category, "customer_id": customer_id}
    rows, following = await unavailable.page(session, caller, paging, wanted)
    return paging.page([_view(row) for row in rows], following)


@router.get("/{request_id}", response_model=UnavailableRequestView)
async def read(request_id: Annotated[str, Path(pattern=ID_PATTERN)], session: Reading, caller: Caller) -> Response:
    """One request."""
    return respond(await unavailable.one(session, request_id, caller), _view)
