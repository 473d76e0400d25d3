"""Forgetting who demanded it: what each subject does about it."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.cases import forgetting as cases
from services.complaints.served import forgetting as served
from shared.erased import Erased
from shared.forgetting import Forget, answering
from shared.handling import Handle

FORGETTING: tuple[Forget, ...] = (
    cases.forget,
    served.forget,
)
"""In this order, within one transaction."""


def forgetting(erased: Erased) -> Handle:
    """The handler of `customer.erased`."""
    return answering("complaints", erased, forget)


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Take away what the service holds of these customers."""
    for subject in FORGETTING:
        await subject(session, customers)
