"""What can be done with closes: ask for one."""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.scoring.base import Close
from shared.outbox import Transaction
from shared.web.problems import CONFLICT, INVALID, Problem
from shared.web.work import Existing

_NOTHING_BEFORE = text("""
    select not exists (select from facts where time < :as_of)
    and not exists (select from store_facts where time < :as_of)
    and (select coalesce(bool_and(next_offset >= end_offset and observed_at > now() - interval '10 seconds'), false)
         from offsets)
""")


async def close(tx: Transaction, as_of: datetime) -> Existing[Close]:
    """Ask for a close as of a date; one for the same date that is not done yet is answered instead.

    Raises 422 for the future and for a time before anything happened, 409 while another date is being closed.
    """
    if as_of > tx.recorded:
        raise _refused("it lies in the future")
    # Two who ask at once: the second waits here, and finds the first one's close.
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("ask for a close"))))
    if open_one := await _open(tx.session):
        if open_one.as_of != as_of:
            raise Problem(CONFLICT, f"/v1/closes/{open_one.id} is under way; closes are made one after another")
        return Existing(open_one, existed=True)
    if (await tx.session.execute(_NOTHING_BEFORE, {"as_of": as_of})).scalar_one():
        raise _refused("nothing had happened by then")
    made = Close(id=str(uuid7()), as_of=as_of, requested_at=tx.recorded)
    tx.session.add(made)
    return Existing(made, existed=False)


def last_midnight(now: datetime) -> datetime:
    """When the UTC day of `now` began: what is closed where nobody names a date."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


async def _open(session: AsyncSession) -> Close | None:
    unfinished = select(Close).where(col(Close.finished_at).is_(None))
    return (await session.execute(unfinished.order_by(col(Close.requested_at)).limit(1))).scalar_one_or_none()


def _refused(detail: str) -> Problem:
    return Problem(INVALID, "look at as_of", errors=[{"pointer": "/as_of", "detail": detail}])
