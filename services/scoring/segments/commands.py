"""What can be done with segments: put one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from services.scoring.base import Segment
from services.scoring.membership.rule import LIMITS, text_of
from services.scoring.membership.segments import BUILT_IN
from services.scoring.segments.models import SegmentTold
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.preconditions import check_match, demand_match
from shared.web.problems import CONFLICT, INVALID, Problem
from shared.web.work import Existing


async def put(
    tx: Transaction, segment_id: str, told: SegmentTold, if_match: str | None, caller: Principal
) -> Existing[Segment]:
    """Create a segment or replace it under `If-Match`; identical content does nothing.

    Raises 422 for an id that stands for everybody or for the best, 409 where too many are in use already.
    """
    caller.demand_chain()
    _demand_free(segment_id)
    # One change at a time: a lower revision must not be committed after a higher one, or a card made with the
    # higher one would never see it.
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("change a segment"))))
    row = await tx.session.get(Segment, segment_id)
    if row is None:
        check_match(if_match, None)
        return Existing(await _create(tx, segment_id, told), existed=False)
    values = told.model_dump(include={"name", "owner", "active"}) | {"rule": text_of(told.rule)}
    if all(getattr(row, name) == value for name, value in values.items()):
        return Existing(row, existed=True)
    demand_match(if_match, row.version)
    await _change(tx, row, values)
    return Existing(row, existed=True)


def _demand_free(segment_id: str) -> None:
    if segment_id in BUILT_IN:
        fault = {"pointer": "/segment_id", "detail": f"{' and '.join(BUILT_IN)} have a meaning of their own in results"}
        raise Problem(INVALID, "look at /segment_id", errors=[fault])


async def _change(tx: Transaction, row: Segment, values: Mapping[str, Any]) -> None:
    before = _in_force(row)
    if before is None and values["active"]:
        await _demand_room(tx)
    for name, value in values.items():
        setattr(row, name, value)
    row.version, row.changed_at = row.version + 1, tx.recorded
    if _in_force(row) != before:
        row.revision = await _revise(tx)


def _in_force(row: Segment) -> str | None:
    """What cards are held against; None where the segment is out of use."""
    return row.rule if row.active else None


async def _demand_room(tx: Transaction) -> None:
    """Raises 409 where as many segments are in use as are looked after."""
    used = select(func.count()).select_from(Segment).where(col(Segment.active))
    if (count := (await tx.session.execute(used)).scalar_one()) >= LIMITS.most:
        raise Problem(CONFLICT, f"{count} segments are in use already, and no more are looked after")


async def _create(tx: Transaction, segment_id: str, told: SegmentTold) -> Segment:
    if told.active:
        await _demand_room(tx)
    row = Segment(
        id=segment_id,
        name=told.name,
        owner=told.owner,
        rule=text_of(told.rule),
        active=told.active,
        revision=await (_revise(tx) if told.active else _unheard(tx)),
        created_at=tx.recorded,
        changed_at=tx.recorded,
    )
    tx.session.add(row)
    return row


async def _revise(tx: Transaction) -> int:
    """The next revision; every card made with an older one is due from the commit on."""
    await tx.session.execute(select(func.pg_notify("marks", "")))
    newest = await tx.session.execute(select(func.coalesce(func.max(col(Segment.revision)), 0)))
    return int(newest.scalar_one()) + 1


async def _unheard(tx: Transaction) -> int:
    """A revision below all others, for what no card is held against yet: 0 or less makes none due."""
    lowest = await tx.session.execute(select(func.coalesce(func.min(col(Segment.revision)), 1)))
    return min(int(lowest.scalar_one()), 1) - 1
