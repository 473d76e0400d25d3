"""Remedies asked for beyond one's authority, and what somebody else decides (K03).

Each is a step of the case, allowed wherever a remedy is; all raise what the verbs of cases raise.
"""

from datetime import datetime
from typing import Any, cast

from services.complaints.authority.domain import Person, RequestState, same
from services.complaints.authority.granting import demand_price
from services.complaints.authority.models import Approval, NewRequest, Refusal
from services.complaints.authority.tables import RemedyRequest
from services.complaints.cases.dossier import Dossier
from services.complaints.cases.remedies import Gift, give
from services.complaints.cases.steps import Target, locked, step, tell
from services.complaints.cases.tables import Complaint
from shared.events.complaints import ComplaintRemedyRefused, RemedyKind
from shared.outbox import Transaction
from shared.web.problems import NOT_FOUND, OWN_REQUEST, WRONG_STATE, Problem


async def ask(tx: Transaction, target: Target, told: NewRequest) -> Dossier:
    """Somebody asks for a remedy that is not theirs to grant."""
    complaint = await locked(tx, target)
    await demand_price(tx.session, told.kind, told.cost_amount)
    asked = _asked(told, tx.actor)
    taken = step(tx, complaint, "request_remedy", told.occurred_at, said=asked)
    number, moment = complaint.version, complaint.last_step_at
    request = RemedyRequest(complaint_id=complaint.id, number=number, occurred_at=moment, asked_by=tx.actor, **asked)
    tx.session.add(request)
    return await tell(tx, taken, [])


async def approve(tx: Transaction, target: Target, number: int, told: Approval) -> Dossier:
    """Somebody else, with enough authority, grants what was asked for.

    Raises 403 for the one who asked, for too little authority and for an expired training, 409 for what is decided.
    """
    complaint = await locked(tx, target)
    request = await _pending(tx, complaint, number)
    approver = Person(told.approved_by, tx.actor)
    if same(_requester(request), approver):
        raise Problem(OWN_REQUEST, f"{request.requested_by} asked for it: somebody else decides")
    gift = Gift(_kind(request), request.cost_amount, request.currency, approver.id)
    taken = step(tx, complaint, "approve_remedy", told.occurred_at, said=gift.said() | {"request": number})
    _decide(request, "approved", approver.id, complaint.last_step_at)
    return await give(tx, taken, gift, escalated=True)


async def refuse(tx: Transaction, target: Target, number: int, told: Refusal) -> Dossier:
    """What was asked for is not granted; who asked may take it back so. Raises 409 for what is decided."""
    complaint = await locked(tx, target)
    request = await _pending(tx, complaint, number)
    by = told.refused_by or tx.actor
    said = {"request": number, "refused_by": by, "note": told.reason}
    taken = step(tx, complaint, "refuse_remedy", told.occurred_at, said=said, comment=told.reason)
    _decide(request, "refused", by, complaint.last_step_at)
    request.reason = told.reason
    return await tell(tx, taken, [ComplaintRemedyRefused(kind=_kind(request), escalated=True)])


def _asked(told: NewRequest, actor: str) -> dict[str, Any]:
    by = told.requested_by or actor
    return {"kind": told.kind, "cost_amount": told.cost_amount, "currency": told.currency, "requested_by": by}


async def _pending(tx: Transaction, complaint: Complaint, number: int) -> RemedyRequest:
    request = await tx.session.get(RemedyRequest, (complaint.id, number))
    if request is None:
        raise Problem(NOT_FOUND, f"nothing was asked for by step {number} of the complaint")
    if request.state != "pending":
        raise Problem(WRONG_STATE, f"the request was {request.state} by {request.decided_by}: it is decided once")
    return request


def _requester(request: RemedyRequest) -> Person:
    named = request.requested_by if request.requested_by != request.asked_by else None
    return Person(named, request.asked_by)


def _kind(request: RemedyRequest) -> RemedyKind:
    return cast("RemedyKind", request.kind)


def _decide(request: RemedyRequest, state: RequestState, by: str, at: datetime) -> None:
    request.state, request.decided_by, request.decided_at = state, by, at
