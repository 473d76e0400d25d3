"""What can be done with touchpoints: record, conclude, talk."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.customers.prospects.commands import first_use
from services.customers.touchpoints.domain import RuleError, check_conclusion, check_spoken
from services.customers.touchpoints.models import Conclusion, NewTouchpoint
from services.customers.touchpoints.tables import Touchpoint
from shared.events.visits import TouchpointRecorded
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once, locked, meant
from shared.web.problems import NOT_FOUND, WRONG_STATE, Problem
from shared.web.work import Existing

_TOLD = {"channel", "kind", "two_way", "begun", "outcome"}
_KEPT = _TOLD | {"store_id", "served_by", "occurred_at", "note", "simulated"}


async def touch(tx: Transaction, new: NewTouchpoint, caller: Principal) -> Existing[Touchpoint]:
    """Note a touchpoint; the same id with the same content does nothing, with other content 409. Raises 403, 410.

    The first use of what they acquired is told to the acquisition pipeline.
    """
    if new.store_id is not None:
        caller.demand_store(new.store_id)
    await tx.admit(new.customer_id)
    found = await add_once(tx, _row(tx, new), "a touchpoint")
    row = found.entity
    if found.existed:
        return found
    await note(tx, _subject(row), "record", before=None, after=row.model_dump(include=_KEPT), at=row.occurred_at)
    await _tell(tx, row, row.occurred_at, served_by=row.served_by)
    if row.kind == "first_use":
        await first_use(tx, row.customer_id, row.occurred_at)
    return found


async def conclude(
    tx: Transaction, touchpoint_id: str, told: Conclusion, if_match: str | None, caller: Principal
) -> Touchpoint:
    """Note what came of a touchpoint, and tell it again with that. Raises 404, 409, 410, 412, 428."""
    await _admit(tx, touchpoint_id, caller)
    row = await meant(tx, Touchpoint, touchpoint_id, if_match, "touchpoint")
    at = told.occurred_at or max(tx.recorded, row.occurred_at)
    try:
        check_conclusion(row.occurred_at, row.outcome, at)
    except RuleError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    await _change(tx, row, "conclude", {"outcome": told.outcome, "begun": False}, at)
    return row


async def talked_at(tx: Transaction, touchpoint_id: str, caller: Principal) -> Touchpoint:
    """The touchpoint that a conversation belongs to, locked. Raises 404, 410."""
    await _admit(tx, touchpoint_id, caller)
    return await locked(tx, Touchpoint, touchpoint_id, "touchpoint")


async def talk(tx: Transaction, row: Touchpoint, at: datetime) -> None:
    """The customer and we spoke with each other: it is two-way from then on. Raises 409."""
    try:
        check_spoken(row.occurred_at, at)
    except RuleError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    if not row.two_way:
        await _change(tx, row, "talk", {"two_way": True}, at)


async def _change(tx: Transaction, row: Touchpoint, verb: str, changes: dict[str, Any], at: datetime) -> None:
    before = row.model_dump(include=_KEPT)
    row.sqlmodel_update(changes)
    row.version += 1
    await note(tx, _subject(row), verb, before=before, after=row.model_dump(include=_KEPT), at=at)
    await _tell(tx, row, at)


async def _tell(tx: Transaction, row: Touchpoint, at: datetime, served_by: str | None = None) -> None:
    """`served_by`: told once alone, or the customer would seem to be served again."""
    payload = TouchpointRecorded(served_by=served_by, **row.model_dump(include=_TOLD))
    await tx.record(payload, key=row.customer_id, subject=row.id, time=at, store=row.store_id)


async def _admit(tx: Transaction, touchpoint_id: str, caller: Principal) -> None:
    """Keep its customer from being erased: before it is locked, which an erasure would wait for."""
    query = select(col(Touchpoint.customer_id), col(Touchpoint.store_id)).where(col(Touchpoint.id) == touchpoint_id)
    whose = (await tx.session.execute(query)).one_or_none()
    if whose is None:
        raise Problem(NOT_FOUND, f"no touchpoint {touchpoint_id}")
    if whose.store_id is not None:
        caller.hide_other_stores(whose.store_id)
    await tx.admit(whose.customer_id)


def _row(tx: Transaction, new: NewTouchpoint) -> Touchpoint:
    told = new.model_dump(exclude={"id"}) | {"occurred_at": new.occurred_at or tx.recorded}
    return Touchpoint(id=new.id or str(uuid7()), content=new.content(), created_at=tx.recorded, **told)


def _subject(row: Touchpoint) -> Subject:
    return Subject("touchpoint", row.id, row.version)
