"""Publishing: a card's changes go out through the outbox, in the transaction that stores the card."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg
from prometheus_client import Counter

from services.scoring.evaluation.changes import Cause, changes, standing
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import Scorecard
from shared.database import Connection
from shared.events import Event, Payload
from shared.events.scores import Standing
from shared.outbox import make_event, record_by_driver

log = logging.getLogger(__name__)
UNTOLD = Counter("evaluator_untold", "cards whose changes no event could hold")

_TOLD = "select customer_id, index_value, phase, bond_level, at_risk from app.published where customer_id = any($1)"
_NOTE = """
    insert into app.published (customer_id, index_value, phase, bond_level, at_risk) values ($1, $2, $3, $4, $5)
    on conflict (customer_id) do update
    set index_value = excluded.index_value, phase = excluded.phase, bond_level = excluded.bond_level,
        at_risk = excluded.at_risk
"""


async def publish(
    connection: Connection, cards: Mapping[str, Scorecard], since: Mapping[str, datetime | None], rules: Rules
) -> int:
    """Publish what is worth telling of these cards, made of customers whose locks we hold; returns how many events.

    `since`: the earliest new fact of each customer, None where there was none.
    """
    told = {row["customer_id"]: _standing(row) for row in await connection.fetch(_TOLD, list(cards))}
    events: list[Event] = []
    rows = []
    for customer, card in cards.items():
        found = _changes(customer, told.get(customer), card, Cause.of(since.get(customer), card.as_of), rules)
        events += [
            make_event(
                payload,
                source="/crm/scoring",
                key=customer,
                subject=customer,
                time=card.as_of,
                recorded=card.as_of,
            )
            for payload in found
        ]
        if found:
            now = standing(card)
            rows.append((customer, now.index, now.phase, now.bond_level, now.at_risk))
    if events:
        await record_by_driver(connection, events)
        await connection.executemany(_NOTE, rows)
    return len(events)


def _changes(customer: str, before: Standing | None, card: Scorecard, cause: Cause, rules: Rules) -> Sequence[Payload]:
    """The changes; none where an event can't hold them, so that one customer stops no other."""
    try:
        return changes(before, card, cause, rules)
    except ValueError:
        UNTOLD.inc()
        log.exception("changes of customer %s can't be told", customer)
        return []


def _standing(row: asyncpg.Record) -> Standing:
    told = {name: row[name] for name in ("phase", "bond_level", "at_risk")}
    return Standing.model_validate(told | {"index": row["index_value"]})
