"""A complaint together with its history, its remedies and what was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.authority.models import RequestView
from services.complaints.authority.queries import requests
from services.complaints.authority.tables import RemedyRequest
from services.complaints.cases.purchases import Reference, references
from services.complaints.cases.tables import Complaint, ComplaintRemedy, ComplaintStep
from services.complaints.cases.views import ComplaintView, RemedyView, StepView
from shared.erased import gone

Row = TypeVar("Row", ComplaintStep, ComplaintRemedy)


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of one complaint, steps and remedies in their order.

    `purchase`: what is known of the purchase it names. `existed`: whether a command found it there before, with the
    same content.
    """

    complaint: Complaint
    steps: list[ComplaintStep] = field(default_factory=list)
    remedies: list[ComplaintRemedy] = field(default_factory=list)
    requests: list[RemedyRequest] = field(default_factory=list)
    purchase: Reference | None = None
    existed: bool = False

    def view(self) -> ComplaintView:
        """The answer that shows it."""
        return ComplaintView(
            **self.complaint.model_dump(exclude={"content", "last_step_at", "standard", "calendar_version"}),
            history=[StepView.model_validate(step) for step in self.steps],
            remedies=[RemedyView.model_validate(remedy) for remedy in self.remedies],
            remedy_requests=[RequestView.model_validate(request) for request in self.requests],
            purchase=self.purchase,
        )


def whose(complaint: Complaint) -> str:
    """The customer who complained; raises a 410 problem for who was erased."""
    if complaint.customer_id is None:
        raise gone()
    return complaint.customer_id


async def dossier(session: AsyncSession, complaint: Complaint, *, existed: bool = False) -> Dossier:
    """The dossier of one complaint."""
    [found] = await dossiers(session, [complaint])
    return replace(found, existed=existed)


async def dossiers(session: AsyncSession, complaints: Sequence[Complaint]) -> list[Dossier]:
    """The dossiers of these complaints, in the same order."""
    known = await references(session, complaints)
    found = {complaint.id: Dossier(complaint, purchase=known.get(complaint.id)) for complaint in complaints}
    for step in await _belonging(session, ComplaintStep, list(found)):
        found[step.complaint_id].steps.append(step)
    for remedy in await _belonging(session, ComplaintRemedy, list(found)):
        found[remedy.complaint_id].remedies.append(remedy)
    for request in await requests(session, list(found)):
        found[request.complaint_id].requests.append(request)
    return list(found.values())


async def _belonging(session: AsyncSession, kind: type[Row], ids: Sequence[str]) -> Sequence[Row]:
    query = select(kind).where(col(kind.complaint_id).in_(ids)).order_by(col(kind.complaint_id), col(kind.number))
    return (await session.execute(query)).scalars().all()
