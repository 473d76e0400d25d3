"""The segments in use: read again when any of them was changed, their rules parsed once."""

from collections.abc import Sequence

import asyncpg

from services.scoring.membership.rule import rule_of
from services.scoring.membership.segments import Segment, Segments
from shared.database import Connection

_CHANGES = "select coalesce(sum(version), 0) from segments"
"""Rises with every change of any segment; of its name too, which makes no card due but is told in events."""
_ALL = "select id, version, revision, rule, active from segments order by id"


class SegmentsInUse:
    """Reads the segments of today."""

    def __init__(self) -> None:
        self._kept = Segments()

    async def today(self, connection: Connection) -> Segments:
        """Those that are active, and the newest revision."""
        if await connection.fetchval(_CHANGES) != sum(self._kept.versions.values()):
            self._kept = _segments(await connection.fetch(_ALL))
        return self._kept


def _segments(rows: Sequence[asyncpg.Record]) -> Segments:
    return Segments(
        revision=max((row["revision"] for row in rows), default=0),
        segments=tuple(Segment(row["id"], row["version"], rule_of(row["rule"])) for row in rows if row["active"]),
        versions={row["id"]: row["version"] for row in rows},
    )
