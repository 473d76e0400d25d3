"""What can be done with visits: start, end, talk; and what the clock does: end those that were left open."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from services.customers.visits.domain import RuleError, Stay, check_spoken, close, leave
from services.customers.visits.models import NewVisit, VisitEnd
from services.customers.visits.queries import left_open
from services.customers.visits.storing import named, store
from services.customers.visits.tables import Visit
from services.customers.visits.telling import ended, ending, subject
from shared.history import note
from shared.outbox import Transaction, record
from shared.web.auth import Principal
from shared.web.entities import locked, meant
from shared.web.problems import CONFLICT, NOT_FOUND, WRONG_STATE, Problem
from shared.web.work import Existing


async def start(tx: Transaction, new: NewVisit, caller: Principal) -> Existing[Visit]:
    """Note a visit; the same id with the same content does nothing, with other content 409. Raises 403, 410."""
    caller.demand_store(new.store_id)
    await tx.admit(new.customer_id)
    told = named(new)
    fresh = await store(tx, [told])
    visit = await tx.session.get_one(Visit, told.id)
    if not fresh and visit.content != new.content():
        raise Problem(CONFLICT, f"{new.id} is a visit with other content")
    return Existing(visit, existed=not fresh)


async def end(tx: Transaction, visit_id: str, told: VisitEnd, if_match: str | None, caller: Principal) -> Visit:
    """Note that the customer left. Raises 404, 409 for a moment that no visit ends at, 410, 412, 428.

    What the clock has ended is told again, with what came of it.
    """
    await _admit(tx, visit_id, caller)
    visit = await meant(tx, Visit, visit_id, if_match, "visit")
    before, at = ending(visit), told.occurred_at or visit.ended_at or max(tx.recorded, visit.started_at)
    try:
        leave(_stay(visit), at)
    except RuleError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    said = told.model_dump(exclude={"occurred_at"}, exclude_none=True)
    if visit.two_way:
        said.pop("two_way", None)
    visit.sqlmodel_update(said)
    visit.ended_at, visit.ended_by_clock, visit.version = at, False, visit.version + 1
    await note(tx, subject(visit), "end", before=before, after=ending(visit), at=at)
    await record(tx.session, [ended(tx, visit)])
    return visit


async def talked_in(tx: Transaction, visit_id: str, caller: Principal) -> Visit:
    """The visit that a conversation belongs to, locked. Raises 404, 410."""
    await _admit(tx, visit_id, caller)
    return await locked(tx, Visit, visit_id, "visit")


async def talk(tx: Transaction, visit: Visit, at: datetime) -> None:
    """The customer and we spoke with each other: the visit is two-way. Raises 409 for another day than the visit's.

    Its end will tell so; of a visit that is over the end is told again.
    """
    try:
        check_spoken(_stay(visit), at)
    except RuleError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    if visit.two_way:
        return
    before = ending(visit)
    visit.two_way, visit.version = True, visit.version + 1
    await note(tx, subject(visit), "talk", before=before, after=ending(visit), at=at)
    if visit.ended_at is not None:
        await record(tx.session, [ended(tx, visit)])


async def close_left_open(tx: Transaction) -> int:
    """The duty: end visits that were left open, at the end of their store's day; how many."""
    visits = await left_open(tx.session, tx.recorded)
    before = [ending(visit) for visit in visits]
    for visit in visits:
        visit.ended_at, visit.ended_by_clock = close(_stay(visit)).ended_at, True
        visit.version += 1
    for visit, was in zip(visits, before, strict=True):
        await note(tx, subject(visit), "end_of_day", before=was, after=ending(visit), at=visit.ended_at)
    await record(tx.session, [ended(tx, visit) for visit in visits])
    return len(visits)


async def _admit(tx: Transaction, visit_id: str, caller: Principal) -> None:
    """Keep the visit's customer from being erased: before the visit is locked, which an erasure would wait for."""
    query = select(col(Visit.customer_id), col(Visit.store_id)).where(col(Visit.id) == visit_id)
    whose = (await tx.session.execute(query)).one_or_none()
    if whose is None:
        raise Problem(NOT_FOUND, f"no visit {visit_id}")
    caller.hide_other_stores(whose.store_id)
    await tx.admit(whose.customer_id)


def _stay(visit: Visit) -> Stay:
    return Stay(visit.started_at, visit.closes_at, visit.ended_at, visit.ended_by_clock)
