"""What can be done with surveys: take one down."""

from typing import Any

from uuid_utils.compat import uuid7

from services.complaints.surveys import invitations
from services.complaints.surveys.models import NewSurvey
from services.complaints.surveys.occasions import agreed, columns, store_of
from services.complaints.surveys.tables import Survey
from services.complaints.tasks.opening import after_survey
from shared.events.complaints import About, SurveyAnswered
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once
from shared.web.work import Existing

_KEPT = {"content", "created_at", "version"}
_TOLD = {"factors", "nps", "csat", "effort", "prefers_us", "competitor_id", "reason_for_leaving"}


async def answer(tx: Transaction, new: NewSurvey, caller: Principal) -> Existing[Survey]:
    """Note what a customer answered; the same id with the same content does nothing. Who was let down is called back.

    Raises 403 for another store, and for none where a token is bound to stores; 409 for an id that is in use with other
    content and for an invitation that was answered or expired, 410 for who was erased, 422 for what is another
    customer's or was in another store.
    """
    await tx.admit(new.customer_id)
    found = await add_once(tx, _new(tx, new), "a survey")
    row = found.entity
    if not found.existed:
        await _place(tx, row, caller)
    caller.demand_store(row.store_id)
    if not found.existed:
        await _tell(tx, row)
        await after_survey(tx, row)
    return found


async def _place(tx: Transaction, row: Survey, caller: Principal) -> None:
    told = row.store_id
    if row.invitation_id is not None:
        await invitations.answer(tx, row, caller)
    if row.about_kind is not None and row.about_id is not None:
        where = agreed(told, await store_of(tx.session, caller, row.customer_id, row.about_kind, row.about_id))
        row.store_id = row.store_id or where


def _new(tx: Transaction, new: NewSurvey) -> Survey:
    told: dict[str, Any] = new.model_dump(exclude={"id", "about"}) | {"id": new.id or str(uuid7())}
    return Survey(
        **told | {"factors": [each.model_dump() for each in new.factors]},
        **columns(new.about),
        content=new.content(),
        created_at=tx.recorded,
    )


async def _tell(tx: Transaction, row: Survey) -> None:
    said = row.model_dump(exclude={"id", *_KEPT})
    await note(tx, Subject("survey", row.id, row.version), "answer", before=None, after=said, at=row.occurred_at)
    about = About.model_validate({"kind": row.about_kind, "id": row.about_id}) if row.about_kind else None
    answered = SurveyAnswered(about=about, **row.model_dump(include=_TOLD))
    await tx.record(answered, key=row.customer_id, subject=row.id, time=row.occurred_at, store=row.store_id)
