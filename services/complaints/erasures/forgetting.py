"""Forgetting who demanded it: what each subject does about it."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.authority import forgetting as authority
from services.complaints.cases import forgetting as cases
from services.complaints.causes import forgetting as causes
from services.complaints.ideas import forgetting as ideas
from services.complaints.incidents import forgetting as incidents
from services.complaints.logbook import forgetting as logbook
from services.complaints.served import forgetting as served
from services.complaints.standards import forgetting as standards
from services.complaints.surveys import forgetting as surveys
from services.complaints.tasks import forgetting as tasks
from shared import aliases
from shared.erased import Erased
from shared.forgetting import Forget, answering
from shared.handling import Handle

FORGETTING: tuple[Forget, ...] = (
    aliases.forget,
    authority.forget,
    standards.forget,  # while it is known whose a case is
    cases.forget,
    causes.forget,
    ideas.forget,
    incidents.forget,
    logbook.forget,
    served.forget,
    surveys.forget,
    tasks.forget,
)
"""In this order, within one transaction."""


def forgetting(erased: Erased) -> Handle:
    """The handler of `customer.erased`."""
    return answering("complaints", erased, forget)


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Take away what the service holds of these customers: their cases are locked first, as by whoever acts on one."""
    await cases.hold(session, customers)
    for subject in FORGETTING:
        await subject(session, customers)
