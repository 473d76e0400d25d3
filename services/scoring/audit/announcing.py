"""Publishing the warning signals that a close raised and the audit before it had not."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson

from services.scoring.studies.audit import AUDIT
from services.scoring.studies.study import Found
from shared import clock
from shared.database import Connection
from shared.events.scores import AuditSignalRaised
from shared.outbox import make_event, record_by_driver

# A finding is written once: only in the transaction that wrote it is the time of its making that transaction's own.
_NEWS = """
    select from findings
    where name = $1 and as_of = $2 and revision = $3 and made_at = now()
        and not exists (select from findings where name = $1 and as_of > $2)
"""
_BEFORE = """
    select content from findings where name = $1 and as_of = $2 and revision < $3
    union all
    (select content from findings where name = $1 and as_of < $2 order by as_of desc, revision desc limit 1)
"""


async def announce(connection: Connection, as_of: datetime, revision: int, found: Found) -> int:
    """Publish the signals that this audit raised, in the transaction that wrote it as `revision` of its date.

    Nothing is published of an audit that is not the newest, of one that was there already, and of a signal that was
    raised by an earlier revision of it or by the audit before. Returns how many signals were published.
    """
    if await connection.fetchrow(_NEWS, AUDIT, as_of, revision) is None:
        return 0
    rows = await connection.fetch(_BEFORE, AUDIT, as_of, revision)
    known = {each["signal"] for row in rows for each in _raised(orjson.loads(row["content"]))}
    news = [signal for signal in _raised(found.content) if signal["signal"] not in known]
    recorded = clock.now()
    events = [
        make_event(
            _payload(signal, as_of, revision),
            source="/crm/scoring",
            key=f"signal:{signal['signal']}",
            subject=signal["signal"],
            time=as_of,
            recorded=recorded,
        )
        for signal in news
    ]
    await record_by_driver(connection, events)
    return len(events)


def _raised(content: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (signal for signal in content["signals"] if signal["raised"])


def _payload(signal: Mapping[str, Any], as_of: datetime, revision: int) -> AuditSignalRaised:
    measured = {name: signal[name] for name in ("before", "now", "p_value", "customers")}
    return AuditSignalRaised(as_of=as_of, revision=revision, **measured)
