"""REST: satisfaction: delivery against expectation, and whether we are preferred (K04)."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from services.complaints.surveys import commands, invitations, queries
from services.complaints.surveys.models import InvitationView, NewInvitation, NewSurvey, SurveyView
from services.complaints.surveys.queries import Filters
from services.complaints.surveys.tables import Survey, SurveyInvitation
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, Posting, Reading
from shared.web.auth import Principal
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(tags=["surveys"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(row: Survey, caller: Principal) -> SurveyView:
    factors = [each | {"gap": each["delivery"] - each["expectation"]} for each in row.factors]
    comment = row.comment if caller.serves(row.store_id) else None
    return SurveyView.model_validate(row.model_dump() | _about(row) | {"factors": factors, "comment": comment})


def _invitation(row: SurveyInvitation) -> InvitationView:
    return InvitationView.model_validate(row.model_dump() | _about(row))


def _about(row: Survey | SurveyInvitation) -> dict[str, Any]:
    return {"about": {"kind": row.about_kind, "id": row.about_id} if row.about_kind else None}


@router.post("/surveys", status_code=201, response_model=SurveyView)
async def answer(body: NewSurvey, work: Posting) -> Response:
    """A customer answered a survey."""
    command = partial(commands.answer, new=body, caller=work.principal)
    shown = Existing.shown_by(partial(_view, caller=work.principal))
    return await work.run(command, shown, created="/v1/surveys/{id}")


@router.get("/surveys")
async def read_page(
    session: Reading, caller: Caller, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[SurveyView]:
    """Surveys as they were taken down, oldest first."""
    rows, following = await queries.page(session, caller, paging.limit, paging.cursor, filters)
    return paging.page([_view(row, caller) for row in rows], following)


@router.get("/surveys/{survey_id}", response_model=SurveyView)
async def read(survey_id: Segment, session: Reading, caller: Caller) -> Response:
    """One survey."""
    row = await queries.one(session, Survey, survey_id, caller, "survey")
    return respond(row, partial(_view, caller=caller))


@router.post("/survey-invitations", status_code=201, response_model=InvitationView)
async def invite(body: NewInvitation, work: Posting) -> Response:
    """A customer is asked to answer a survey."""
    command = partial(invitations.invite, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_invitation), created="/v1/survey-invitations/{id}")


@router.get("/survey-invitations/{invitation_id}", response_model=InvitationView)
async def read_invitation(invitation_id: Segment, session: Reading, caller: Caller) -> Response:
    """One invitation, and which survey answered it."""
    row = await queries.one(session, SurveyInvitation, invitation_id, caller, "invitation")
    return respond(row, _invitation)


@router.get("/survey-invitations/{invitation_id}/history")
async def read_history(invitation_id: Segment, session: Reading, caller: Caller, paging: Paging) -> Page[ChangeView]:
    """Who invited the customer, and when they answered."""
    await queries.one(session, SurveyInvitation, invitation_id, caller, "invitation")
    return await history.page(session, paging, "survey_invitation", invitation_id)
