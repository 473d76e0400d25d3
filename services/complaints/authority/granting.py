"""Whether an employee may grant a remedy, by the training that holds at the moment."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.authority import queries
from services.complaints.authority.domain import (
    PRICED,
    BeyondAuthorityError,
    Trained,
    TrainingExpiredError,
    check,
)
from services.complaints.staff.queries import lapsed_level, level
from shared.web.problems import BEYOND_AUTHORITY, INVALID, TRAINING_EXPIRED, Problem


async def demand_price(session: AsyncSession, kind: str, amount: Decimal | None) -> None:
    """Raises a 422 problem for money without an amount, where any currency is governed."""
    if amount is None and kind in PRICED and await queries.governed(session):
        fault = {"pointer": "/cost_amount", "detail": f"a {kind} has a cost"}
        raise Problem(INVALID, "look at /cost_amount", errors=[fault])


async def demand_authority(
    session: AsyncSession, staff_id: str, amount: Decimal | None, currency: str | None, at: datetime
) -> None:
    """Raises a 403 problem for more than the employee may grant at that moment; what costs nothing anybody may."""
    if amount is None or currency is None:
        return
    trained = Trained(await level(session, staff_id, at), await lapsed_level(session, staff_id, at))
    try:
        check(amount, await queries.limits(session, currency), trained)
    except TrainingExpiredError as error:
        raise Problem(TRAINING_EXPIRED, str(error)) from None
    except BeyondAuthorityError as error:
        raise Problem(BEYOND_AUTHORITY, f"{error}; ask for an approval") from None
