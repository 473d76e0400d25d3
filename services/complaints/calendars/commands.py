"""What can be done with business calendars: put one."""

from services.complaints.calendars import versions
from services.complaints.calendars.models import CalendarTold
from services.complaints.calendars.tables import StoreCalendar
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.work import Existing


async def put(
    tx: Transaction, store_id: str, told: CalendarTold, if_match: str | None, caller: Principal
) -> Existing[StoreCalendar]:
    """Say when a store is open from now on: cases that are open already keep to the calendar they began with.

    Raises 403 for another store's, 412, 428.
    """
    caller.demand_store(store_id)
    return await versions.put(tx, StoreCalendar, {"store_id": store_id}, told, if_match, entity="calendar")
