"""What can be done with invitations: make one, and answer it."""

from datetime import timedelta

from uuid_utils.compat import uuid7

from services.complaints.surveys import domain
from services.complaints.surveys.domain import RefusedError
from services.complaints.surveys.models import NewInvitation
from services.complaints.surveys.occasions import agreed, columns, not_theirs, store_of
from services.complaints.surveys.tables import Survey, SurveyInvitation
from shared.aliases import family
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once, for_update
from shared.web.problems import INVALID, WRONG_STATE, Problem
from shared.web.work import Existing

USUALLY = timedelta(days=30)
"""How long an invitation may be answered where nothing else is told."""
_TOLD = {"customer_id", "store_id", "about_kind", "about_id", "expires_at", "simulated"}


async def invite(tx: Transaction, new: NewInvitation, caller: Principal) -> Existing[SurveyInvitation]:
    """Ask a customer to answer; the same id with the same content does nothing.

    Raises 403 for another store, and for none where a token is bound to stores; 409 for an id that is in use with other
    content, 410 for who was erased, 422 for an end before the beginning and for what is another customer's or was in
    another store.
    """
    await tx.admit(new.customer_id)
    found = await add_once(tx, _new(tx, new), "an invitation")
    row = found.entity
    if not found.existed and row.about_kind and row.about_id:
        where = await store_of(tx.session, caller, row.customer_id, row.about_kind, row.about_id)
        row.store_id = agreed(row.store_id, where)
    caller.demand_store(row.store_id)
    if not found.existed:
        _check_order(row)
        after = row.model_dump(include=_TOLD)
        await note(tx, _subject(row), "invite", before=None, after=after, at=row.occurred_at)
    return found


async def answer(tx: Transaction, survey: Survey, caller: Principal) -> None:
    """A new survey answers its invitation, and is about what that is about.

    Raises 409 for an invitation that was answered already or that expired, 422 for one that is not this customer's or
    of a store that the caller may not act in, and for a survey that says it is about something or somewhere else.
    """
    row = await for_update(tx, SurveyInvitation, survey.invitation_id)
    foreign = row is not None and row.store_id is not None and not caller.serves(row.store_id)
    if row is None or foreign or row.customer_id not in await family(tx.session, survey.customer_id):
        raise not_theirs("/invitation_id", f"invitation {survey.invitation_id}")
    _take_over(survey, row)
    try:
        domain.Invitation(row.occurred_at, row.expires_at, row.survey_id).check(survey.occurred_at)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    row.survey_id, row.version = survey.id, row.version + 1
    after = {"survey_id": survey.id}
    await note(tx, _subject(row), "answer", before={"survey_id": None}, after=after, at=survey.occurred_at)


def _take_over(survey: Survey, row: SurveyInvitation) -> None:
    asked, told = (row.about_kind, row.about_id), (survey.about_kind, survey.about_id)
    if row.about_kind is not None and survey.about_kind is not None and asked != told:
        fault = {"pointer": "/about", "detail": f"the invitation is about {row.about_kind} {row.about_id}"}
        raise Problem(INVALID, "look at /about", errors=[fault])
    if row.about_kind is not None:
        survey.about_kind, survey.about_id = asked
    survey.store_id = agreed(survey.store_id, row.store_id)


def _new(tx: Transaction, new: NewInvitation) -> SurveyInvitation:
    at = new.occurred_at or tx.recorded
    return SurveyInvitation(
        **columns(new.about),
        id=new.id or str(uuid7()),
        customer_id=new.customer_id,
        store_id=new.store_id,
        occurred_at=at,
        expires_at=new.expires_at or at + USUALLY,
        simulated=new.simulated,
        content=new.content(),
        created_at=tx.recorded,
    )


def _check_order(row: SurveyInvitation) -> None:
    if row.expires_at <= row.occurred_at:
        fault = {"pointer": "/expires_at", "detail": f"they are invited at {row.occurred_at.isoformat()}, after that"}
        raise Problem(INVALID, "look at /expires_at", errors=[fault])


def _subject(row: SurveyInvitation) -> Subject:
    return Subject("survey_invitation", row.id, row.version)
