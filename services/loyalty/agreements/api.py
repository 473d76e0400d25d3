"""REST: volume-price agreements (L04); every store may read them, a till needs them."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.loyalty.agreements import commands, queries, quotes_api
from services.loyalty.agreements.commands import Target
from services.loyalty.agreements.models import AgreementView, Ending, NewAgreement, TotalView, UseView
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.fields import Id, Instant
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(tags=["agreements"])
router.include_router(quotes_api.router)
PATH = "/volume-agreements"
AgreementId = Annotated[str, Path(pattern=ID_PATTERN)]
_view = AgreementView.model_validate


def _target(agreement_id: AgreementId, caller: Caller, if_match: IfMatchDemanded) -> Target:
    return Target(agreement_id, if_match, caller)


@router.post(PATH, status_code=201, response_model=AgreementView)
async def make(body: NewAgreement, work: Posting) -> Response:
    """We agree with a customer on lower prices for larger volumes."""
    command = partial(commands.make, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created=f"/v1{PATH}/{{id}}")


@router.get(PATH)
async def read_page(
    session: Reading, caller: Caller, paging: Paging, customer_id: Id | None = None
) -> Page[AgreementView]:
    """Agreements in the order of their ids; a token bound to stores must say whose."""
    if customer_id is None:
        caller.demand_chain()
    rows, following = await queries.page(session, paging.limit, paging.cursor, customer_id)
    return paging.page([_view(row) for row in rows], following)


@router.get(PATH + "/{agreement_id}", response_model=AgreementView)
async def read(agreement_id: AgreementId, session: Reading) -> Response:
    """One agreement."""
    return respond(await queries.one(session, agreement_id), _view)


@router.get(PATH + "/{agreement_id}/history")
async def read_history(agreement_id: AgreementId, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of an agreement, the newest first."""
    await queries.one(session, agreement_id)
    return await history.page(session, paging, "volume_agreement", agreement_id)


@router.get(PATH + "/{agreement_id}/uses")
async def read_uses(agreement_id: AgreementId, session: Reading, caller: Caller, paging: Paging) -> Page[UseView]:
    """Every line of a purchase that the agreement made cheaper, oldest first; of the caller's stores alone."""
    await queries.one(session, agreement_id)
    rows, following = await queries.uses(session, caller, paging.limit, paging.cursor, agreement_id)
    return paging.page([UseView.model_validate(row) for row in rows], following)


@router.get(PATH + "/{agreement_id}/use")
async def read_total(
    agreement_id: AgreementId,
    session: Reading,
    caller: Caller,
    start: Annotated[Instant | None, Query(alias="from", description="the first instant")] = None,
    end: Annotated[Instant | None, Query(alias="to", description="the first that is out of it")] = None,
) -> TotalView:
    """What the agreement was used for within a period, all of it where none is told; in the caller's stores alone."""
    row = await queries.one(session, agreement_id)
    found = await queries.total(session, caller, agreement_id, start, end)
    return TotalView.model_validate(found._asdict() | {"currency": row.currency})


@router.post(PATH + "/{agreement_id}/end", response_model=AgreementView)
async def end(body: Ending, target: Annotated[Target, Depends(_target)], work: Posting) -> Response:
    """The agreement holds no longer."""
    return await work.run(partial(commands.end, target=target, told=body), _view)
