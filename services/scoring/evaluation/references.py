"""The references that closes wrote, and which one holds for a date."""

import hashlib
from collections import OrderedDict
from datetime import datetime

import orjson

from services.scoring.evaluation.due import NEWEST
from services.scoring.metrics.reference import Reference
from shared.database import Connection

_CONTENT = "select content from reference_sets where as_of = $1 and revision = $2"
_LATEST = "select revision, digest from reference_sets where as_of = $1 order by revision desc limit 1"
_ADD = "insert into reference_sets (as_of, revision, digest, content, made_at) values ($1, $2, $3, $4, now())"
KEPT = 16


class References:
    """Reads references; they are immutable, so each is parsed once and the last `KEPT` are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[datetime, int], Reference] = OrderedDict()

    async def in_force(self, connection: Connection, as_of: datetime) -> Reference | None:
        """The highest revision of the greatest date that is not after `as_of`; None where there is none."""
        named = await connection.fetchrow(NEWEST, as_of)
        if named is None:
            return None
        key = (named["as_of"], named["revision"])
        if key not in self._kept:
            content = await connection.fetchval(_CONTENT, *key)
            self._kept[key] = Reference.from_json(orjson.loads(content))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


async def write(connection: Connection, reference: Reference) -> int:
    """Store a reference as the next revision of its date, unless it says what the latest one says.

    Returns the revision that now holds.
    """
    told = reference.to_json()
    told.pop("revision")
    digest = hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()
    latest = await connection.fetchrow(_LATEST, reference.as_of)
    if latest is not None and latest["digest"] == digest:
        return int(latest["revision"])
    revision = 1 if latest is None else latest["revision"] + 1
    content = orjson.dumps(told | {"revision": revision}).decode()
    await connection.execute(_ADD, reference.as_of, revision, digest, content)
    return revision
