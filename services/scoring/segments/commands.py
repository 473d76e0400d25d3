"""What can be done with segments: put one."""

from sqlalchemy import func, select
from sqlmodel import col

from services.scoring.base import Segment
from services.scoring.membership.rule import LIMITS, text_of
from services.scoring.segments.models import SegmentTold
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.preconditions import check_match, demand_match
from shared.web.problems import CONFLICT, Problem
from shared.web.work import Existing


async def put(
    tx: Transaction, segment_id: str, told: SegmentTold, if_match: str | None, caller: Principal
) -> Existing[Segment]:
    """Create a segment or replace it under `If-Match`; identical content does nothing."""
    caller.demand_chain()
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
    for name, value in values.items():
        setattr(row, name, value)
    row.version, row.revision, row.changed_at = row.version + 1, await _revise(tx), tx.recorded
    return Existing(row, existed=True)


async def _create(tx: Transaction, segment_id: str, told: SegmentTold) -> Segment:
    count = (await tx.session.execute(select(func.count()).select_from(Segment))).scalar_one()
    if count >= LIMITS.most:
        raise Problem(CONFLICT, f"there are {count} segments already, and no more are looked after")
    row = Segment(
        id=segment_id,
        name=told.name,
        owner=told.owner,
        rule=text_of(told.rule),
        active=told.active,
        revision=await _revise(tx),
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
