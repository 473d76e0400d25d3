"""What can be done with visits: start, end, take in a batch of history."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.customers.visits.models import NewVisit, VisitEnd
from services.customers.visits.tables import Visit
from shared.events import Event
from shared.events.visits import VisitEnded, VisitStarted
from shared.history import Subject, note
from shared.outbox import Transaction, record
from shared.web.auth import Principal
from shared.web.imports import Line, Verdict, other_store, rejected
from shared.web.preconditions import demand_match
from shared.web.problems import CONFLICT, NOT_FOUND, WRONG_STATE, Problem

_TOLD = {"channel", "purpose", "served_by", "converted", "two_way"}
_ENDING = {"ended_at", "outcome", "converted", "two_way", "served_by"}


async def start(tx: Transaction, new: NewVisit, caller: Principal) -> tuple[Visit, bool]:
    """Note a visit; the same id with the same content does nothing, with other content 409.

    Returns the visit and whether it was there before.
    """
    caller.demand_store(new.store_id)
    line = Line(1, new if new.id else new.model_copy(update={"id": str(uuid7())}))
    fresh = await _insert(tx, [line])
    visit = await tx.session.get_one(Visit, line.body.id)
    if line.body.id not in fresh and visit.content != new.content():
        raise Problem(CONFLICT, f"{new.id} is a visit with other content")
    return visit, line.body.id not in fresh


async def take_in(tx: Transaction, lines: Sequence[Line[NewVisit]], caller: Principal) -> list[Verdict]:
    """Note a batch of visits; each line gets its verdict. A line without id is a visit of its own."""
    verdicts = [other_store(line.number) for line in lines if not caller.serves(line.body.store_id)]
    named = [_named(line) for line in lines if caller.serves(line.body.store_id)]
    firsts = {line.body.id: line for line in reversed(named)}
    fresh = await _insert(tx, list(firsts.values()))
    known = await _contents(tx, [line.body.id for line in named if line.body.id])
    for line in named:
        first = line.body.id in fresh and firsts[line.body.id] is line
        verdicts.append(_accepted(line) if first else _seen(line, known))
    return verdicts


async def end(tx: Transaction, visit_id: str, told: VisitEnd, if_match: str | None, caller: Principal) -> Visit:
    """Note that the customer left. Raises 404, 409 for a visit that is over, 412."""
    visit = await tx.session.get(Visit, visit_id, with_for_update=True)
    if visit is None:
        raise Problem(NOT_FOUND, f"no visit {visit_id}")
    caller.hide_other_stores(visit.store_id)
    demand_match(if_match, visit.version)
    before = visit.model_dump(include=_ENDING)
    _close(visit, told, told.occurred_at or tx.recorded)
    after = visit.model_dump(include=_ENDING)
    await note(tx, Subject("visit", visit.id, visit.version), "end", before=before, after=after, at=visit.ended_at)
    await record(tx.session, [_ended(tx, visit)])
    return visit


def _close(visit: Visit, told: VisitEnd, ended_at: datetime) -> None:
    if visit.ended_at is not None:
        raise Problem(WRONG_STATE, "the visit is over already")
    if ended_at < visit.started_at:
        raise Problem(WRONG_STATE, "it can't end before it started")
    for name, value in told.model_dump(exclude={"occurred_at"}, exclude_none=True).items():
        setattr(visit, name, value)
    visit.ended_at, visit.version = ended_at, visit.version + 1


async def _insert(tx: Transaction, lines: Sequence[Line[NewVisit]]) -> set[str]:
    rows = [{**line.body.model_dump(), "content": line.body.content(), "created_at": tx.recorded} for line in lines]
    if not rows:
        return set()
    statement = insert(Visit).on_conflict_do_nothing().returning(col(Visit.id))
    # Rows in the order of their ids: two batches that share some then wait for each other, never in a circle.
    found = await tx.session.execute(statement, sorted(rows, key=lambda row: row["id"]))
    fresh = set(found.scalars())
    visits = [Visit(**row) for row in rows if row["id"] in fresh]
    await record(tx.session, [event for visit in visits for event in _events(tx, visit)])
    return fresh


def _events(tx: Transaction, visit: Visit) -> list[Event]:
    started = VisitStarted(
        welcomed_by=visit.welcomed_by,
        seconds_to_welcome=visit.seconds_to_welcome,
        **visit.model_dump(include=_TOLD),
    )
    told = tx.event(started, key=visit.customer_id, subject=visit.id, time=visit.started_at, store=visit.store_id)
    return [told] if visit.ended_at is None else [told, _ended(tx, visit)]


def _ended(tx: Transaction, visit: Visit) -> Event:
    payload = VisitEnded(outcome=visit.outcome, **visit.model_dump(include=_TOLD))
    time = visit.ended_at or tx.recorded
    return tx.event(payload, key=visit.customer_id, subject=visit.id, time=time, store=visit.store_id)


async def _contents(tx: Transaction, ids: Sequence[str]) -> dict[str, bytes]:
    query = select(col(Visit.id), col(Visit.content)).where(col(Visit.id).in_(ids))
    return {row.id: row.content for row in await tx.session.execute(query)}


def _named(line: Line[NewVisit]) -> Line[NewVisit]:
    return line if line.body.id else Line(line.number, line.body.model_copy(update={"id": str(uuid7())}))


def _accepted(line: Line[NewVisit]) -> Verdict:
    return Verdict(line.number, "accepted", line.body.id)


def _seen(line: Line[NewVisit], known: dict[str, bytes]) -> Verdict:
    if line.body.id is not None and known.get(line.body.id) == line.body.content():
        return Verdict(line.number, "duplicate", line.body.id)
    return rejected(line.number, CONFLICT, [{"pointer": "/id", "detail": "a visit with other content has this id"}])
