"""Crossings: who entered or left a segment since they were last told of; told, and kept with their times."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from services.scoring.evaluation.changes import Cause
from services.scoring.membership.segments import Segments
from shared.database import Connection
from shared.events import Payload
from shared.events.scores import SegmentEntered, SegmentLeft

_ENTER = """
    insert into app.memberships (segment_id, customer_id, entered_at)
    select $1, $2, $3 where not exists (
        select from app.memberships where segment_id = $1 and customer_id = $2 and left_at is null
    )
    on conflict (segment_id, customer_id, entered_at) do update set left_at = null
"""
# A clock that was put back must not let anybody leave before they entered.
_LEAVE = """
    update app.memberships set left_at = greatest(entered_at, $3)
    where segment_id = $1 and customer_id = $2 and left_at is null
"""
_NOTE = "update app.published set segments = $2 where customer_id = $1"


class Crossing(NamedTuple):
    """The segments of a customer, as last told and now; each sorted."""

    customer: str
    before: Sequence[str]
    now: Sequence[str]

    @property
    def left(self) -> list[str]:
        """Those the customer is in no longer."""
        return sorted(set(self.before) - set(self.now))

    @property
    def entered(self) -> list[str]:
        """Those the customer is in now."""
        return sorted(set(self.now) - set(self.before))

    def payloads(self, segments: Segments, cause: Cause) -> list[Payload]:
        """The events to publish, leaving first."""
        by = {"since": cause.since, "backfill": cause.backfill}
        left = [SegmentLeft(segment_id=name, version=segments.versions[name], **by) for name in self.left]
        entered = [SegmentEntered(segment_id=name, version=segments.versions[name], **by) for name in self.entered]
        return [*left, *entered]


async def keep(connection: Connection, crossings: Iterable[Crossing], now: datetime) -> None:
    """Store who is in what from `now` on, in the transaction that tells it."""
    crossed = [each for each in crossings if each.left or each.entered]
    if not crossed:
        return
    await connection.executemany(_LEAVE, [(name, each.customer, now) for each in crossed for name in each.left])
    await connection.executemany(_ENTER, [(name, each.customer, now) for each in crossed for name in each.entered])
    await connection.executemany(_NOTE, [(each.customer, list(each.now)) for each in crossed])
