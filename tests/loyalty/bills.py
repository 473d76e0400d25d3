"""Bills that the tests send, and what of a database they look at."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from tests.support.client import Client

Body = dict[str, Any]
_receipts = itertools.count(1)


def line(**changes: Any) -> Body:
    """One line: two pieces at a list price of 10.00, paid 9.50."""
    told = {"product_id": "1", "category": "GROCERY", "quantity": "2", "list_amount": "10.00", "paid_amount": "9.50"}
    return told | changes


def bill(**changes: Any) -> Body:
    """A purchase of one line under a receipt of its own."""
    return {
        "customer_id": "asha",
        "store_id": "330",
        "channel": "store",
        "till": "1",
        "receipt_number": f"r{next(_receipts)}",
        "occurred_at": "2017-01-01T11:53:26Z",
        "currency": "USD",
        "lines": [line()],
    } | changes


def back(*lines: tuple[int, str, str], **changes: Any) -> Body:
    """A return of (line, quantity, refund)."""
    told = [{"line": number, "quantity": quantity, "refund_amount": refund} for number, quantity, refund in lines]
    return {"occurred_at": "2017-01-03T10:00:00Z", "reason": "defective", "lines": told} | changes


def pointers(problem: Mapping[str, Any]) -> list[str]:
    """Where a problem points."""
    return [error["pointer"] for error in problem["errors"]]


async def rows(client: Client, query: str) -> list[tuple[Any, ...]]:
    """What the service's database answers."""
    connection = await asyncpg.connect(client.database_url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def counts(client: Client) -> Sequence[int]:
    """How many purchases, lines and events there are."""
    [found] = await rows(
        client,
        "select (select count(*) from purchases), (select count(*) from purchase_lines), (select count(*) from outbox)",
    )
    return found
