"""The history of an entity: every change with who, when, and what before and after, beside the entity itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Integer, Text, column, insert, table

from shared.outbox import Transaction

HISTORY = table(
    "history",
    column("seq", BigInteger),
    column("entity", Text),
    column("entity_id", Text),
    column("part", Text),
    column("version", Integer),
    column("at", DateTime(timezone=True)),
    column("recorded_at", DateTime(timezone=True)),
    column("by", Text),
    column("what", Text),
    column("before", Text),
    column("after", Text),
)
"""The table that `shared.tables.add_history` declares."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What changed. `entity` and `id`: whose history it is, as in `customer`, `asha`.

    `part`: what of it, where it is not the entity's own row (`consents/marketing/mail`).
    `version`: the one that the change led to, the part's where there is one.
    """

    entity: str
    id: str
    version: int
    part: str | None = None


async def note(
    tx: Transaction,
    subject: Subject,
    what: str,
    *,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
    at: datetime | None = None,
) -> None:
    """Note a change, in its own transaction. Call it after the entity's row is locked: see `add_history`.

    `what`: the verb. `before`: fields as they were, None for what was not there; `after`: as they are now. Of
    both only what differs is kept. `at`: when it happened, now where nothing is told.
    """
    earlier = before or {}
    changed = {name: value for name, value in after.items() if earlier.get(name) != value}
    row = {
        "entity": subject.entity,
        "entity_id": subject.id,
        "part": subject.part,
        "version": subject.version,
        "at": at or tx.recorded,
        "recorded_at": tx.recorded,
        "by": tx.actor,
        "what": what,
        "before": None if before is None else _json({name: earlier.get(name) for name in changed}),
        "after": _json(changed),
    }
    await tx.session.execute(insert(HISTORY), row)


def _json(fields: Mapping[str, object]) -> str:
    return orjson.dumps(fields, default=_plain, option=orjson.OPT_UTC_Z).decode()


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no place in a history")
