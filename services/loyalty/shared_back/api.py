"""REST: value shared back (L10); every caller may read a customer's."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.loyalty.shared_back import queries
from services.loyalty.shared_back.domain import gathered
from services.loyalty.shared_back.models import SharedBackView
from services.loyalty.shared_back.points import points
from services.loyalty.shared_back.queries import Asked
from shared import clock
from shared.aliases import family
from shared.events.values import ID_PATTERN
from shared.web.app import Reading
from shared.web.fields import Day, Instant
from shared.web.problems import INVALID, Problem

router = APIRouter(prefix="/customers/{customer_id}/shared-back", tags=["shared back"])
CustomerId = Annotated[str, Path(pattern=ID_PATTERN)]
Bound = Day | Instant
YEAR = timedelta(days=365)


@router.get("")
async def read(
    customer_id: CustomerId,
    session: Reading,
    start: Annotated[Bound | None, Query(alias="from", description="a day (UTC) or an instant")] = None,
    end: Annotated[Bound | None, Query(alias="to", description="likewise; the first that is out of it")] = None,
) -> SharedBackView:
    """What was earned and shared back, of 365 days up to now unless asked otherwise; as far as is known today."""
    now = clock.now()
    period = _period(start, end, now)
    asked = Asked(await family(session, customer_id), *period)
    gifts = await queries.gifts(session, asked)
    sold = await queries.sold(session, asked, now.date())
    return SharedBackView.of(customer_id, period, gathered(sold, await points(session, asked), gifts), gifts)


def _period(start: Bound | None, end: Bound | None, now: datetime) -> tuple[datetime, datetime]:
    """Raises a 422 problem for one that ends before it begins."""
    until = now if end is None else _instant(end)
    since = until - YEAR if start is None else _instant(start)
    if until <= since:
        fault = {"pointer": "/to", "detail": "not after /from"}
        raise Problem(INVALID, "look at /to", errors=[fault])
    return since, until


def _instant(bound: Bound) -> datetime:
    return bound if isinstance(bound, datetime) else datetime.combine(bound, time(), tzinfo=UTC)
