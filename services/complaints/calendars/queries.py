"""Reading business calendars."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.calendars.domain import Calendar, Hours, WallClock, business_time
from services.complaints.calendars.tables import StoreCalendar
from services.complaints.calendars.versions import newest
from shared.web.auth import Principal
from shared.web.problems import NOT_FOUND, Problem


async def in_force(session: AsyncSession, store_id: str) -> StoreCalendar | None:
    """The store's newest calendar, None where it has none."""
    return await newest(session, StoreCalendar, {"store_id": store_id})


async def one(session: AsyncSession, store_id: str, caller: Principal) -> StoreCalendar:
    """The store's newest calendar; raises a 404 problem, for another store's too."""
    caller.hide_other_stores(store_id)
    row = await in_force(session, store_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no calendar of store {store_id}")
    return row


async def hours_of(session: AsyncSession, store_id: str, version: int | None) -> Hours:
    """How time is counted by that version of a store's calendar; around the clock without one."""
    if version is None:
        return WallClock()
    return hours(await session.get_one(StoreCalendar, (store_id, version)))


def hours(row: StoreCalendar) -> Hours:
    """How time is counted by that calendar. What was once let in is not judged again."""
    closed_on = frozenset(date.fromisoformat(day) for day in row.told["closed_on"])
    return business_time(Calendar(**row.told | {"closed_on": closed_on}))
