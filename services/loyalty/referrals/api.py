"""REST: referrals (L08)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.loyalty.referrals import commands, queries
from services.loyalty.referrals.models import NewReferral, ReferralView
from services.loyalty.referrals.queries import Filters
from services.loyalty.referrals.tables import Referral
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/referrals", tags=["referrals"])
ReferralId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(row: Referral) -> ReferralView:
    return ReferralView.model_validate(row)


@router.post("", status_code=201, response_model=ReferralView)
async def make(body: NewReferral, work: Posting) -> Response:
    """A customer brought a friend."""
    command = partial(commands.make, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/referrals/{id}")


@router.get("")
async def read_page(
    session: Reading, caller: Caller, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[ReferralView]:
    """Referrals as they were taken down, oldest first."""
    rows, following = await queries.page(session, caller, paging.limit, paging.cursor, filters)
    return paging.page([_view(row) for row in rows], following)


@router.get("/{referral_id}", response_model=ReferralView)
async def read(referral_id: ReferralId, session: Reading, caller: Caller) -> Response:
    """One referral."""
    return respond(await queries.one(session, referral_id, caller), _view)


@router.get("/{referral_id}/history")
async def read_history(referral_id: ReferralId, session: Reading, caller: Caller, paging: Paging) -> Page[ChangeView]:
    """Every step of a referral, the newest first."""
    await queries.one(session, referral_id, caller)
    return await history.page(session, paging, "referral", referral_id)
