"""REST: corrections of bills (L01)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy import select
from sqlmodel import col

from services.loyalty.purchases import corrections, queries
from services.loyalty.purchases.api import PurchaseId
from services.loyalty.purchases.correction_models import CorrectionView, NewCorrection
from services.loyalty.purchases.corrections import Target
from services.loyalty.purchases.tables import Correction
from shared.events.values import ID_PATTERN
from shared.web.app import Caller, IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging, keyset
from shared.web.problems import NOT_FOUND, Problem
from shared.web.work import Existing, respond

router = APIRouter(prefix="/purchases/{purchase_id}/corrections", tags=["purchases"])
CorrectionId = Annotated[str, Path(pattern=ID_PATTERN)]


def _target(purchase_id: PurchaseId, caller: Caller, if_match: IfMatchDemanded) -> Target:
    return Target(purchase_id, if_match, caller)


@router.post("", status_code=201, response_model=CorrectionView)
async def correct(body: NewCorrection, target: Annotated[Target, Depends(_target)], work: Posting) -> Response:
    """A bill was wrong: its lines are set right, or it is given to the customer whose it was."""
    command = partial(corrections.correct, target=target, told=body)
    created = f"/v1/purchases/{target.purchase_id}/corrections/{{id}}"
    return await work.run(command, Existing.shown_by(CorrectionView.model_validate), created=created)


@router.get("")
async def read_page(purchase_id: PurchaseId, session: Reading, caller: Caller, paging: Paging) -> Page[CorrectionView]:
    """Every correction of a purchase, oldest first."""
    await queries.demand(session, purchase_id, caller)
    query = select(Correction).where(col(Correction.purchase_id) == purchase_id)
    order = col(Correction.created_at), col(Correction.id)
    rows, following = await keyset(session, query, paging.limit, paging.cursor, *order)
    return paging.page([CorrectionView.model_validate(row) for row in rows], following)


@router.get("/{correction_id}", response_model=CorrectionView)
async def read(purchase_id: PurchaseId, correction_id: CorrectionId, session: Reading, caller: Caller) -> Response:
    """One correction."""
    await queries.demand(session, purchase_id, caller)
    found = await session.get(Correction, correction_id)
    if found is None or found.purchase_id != purchase_id:
        raise Problem(NOT_FOUND, f"no correction {correction_id}")
    return respond(found, CorrectionView.model_validate)
