"""How bills reach their tables: one statement for one, arrays and COPY for many."""

from collections.abc import AsyncIterator, Callable, Sequence

from services.loyalty.purchases.bill import LINE_COLUMNS, Bill, Line
from services.loyalty.purchases.completed import outbox_row
from services.loyalty.purchases.statements import HEADS, INSERT_MANY, INSERT_ONE, OUTBOX
from shared.database import driver
from shared.outbox import Transaction

SLICE = 50
"""Bills formatted at a time, while the server takes in the slice before."""
NULL = "\\N"


async def store_one(tx: Transaction, bill: Bill) -> bool:
    """Store a bill with its lines and its event; False, and nothing stored, where its id or receipt is known."""
    event_id, topic, key, kind, payload = outbox_row(tx, bill)
    event = {"event_id": event_id, "topic": topic, "key": key, "type": kind, "payload": payload}
    lines = dict(zip(LINE_COLUMNS, map(list, zip(*bill.lines, strict=True)), strict=True))
    return await tx.session.scalar(INSERT_ONE, {**_heads(tx, [bill]), **lines, **event}) is not None


async def store_many(tx: Transaction, bills: Sequence[Bill]) -> set[str]:
    """Store those bills whose id and receipt are both new, with their events; gives back their ids.

    No two of `bills` may share an id or a receipt.
    """
    if not bills:
        return set()
    # In one order everywhere: two batches that share bills then wait for each other, never in a circle.
    ordered = sorted(bills, key=lambda bill: bill.receipt or ("", "", bill.id))
    fresh = set((await tx.session.execute(INSERT_MANY, _heads(tx, ordered))).scalars())
    new = [bill for bill in bills if bill.id in fresh]
    await _copy(tx, "purchase_lines", ("purchase_id", *LINE_COLUMNS), _slices(new, _line_rows))
    await _copy(tx, "outbox", OUTBOX, _slices(new, lambda bill: _event_row(tx, bill)))
    return fresh


def _heads(tx: Transaction, bills: Sequence[Bill]) -> dict[str, object]:
    rows = [(bill.id, *bill.head, bill.content) for bill in bills]
    return dict(zip(HEADS, map(list, zip(*rows, strict=True)), strict=True)) | {"created_at": tx.recorded}


async def _copy(tx: Transaction, table: str, columns: Sequence[str], source: AsyncIterator[bytes]) -> None:
    """COPY in the text format: the values are text already, and the driver's binary one takes four times as long."""
    connection = await driver(await tx.session.connection())
    await connection.copy_to_table(table, source=source, columns=columns, format="text")


async def _slices(bills: Sequence[Bill], text: Callable[[Bill], str]) -> AsyncIterator[bytes]:
    for start in range(0, len(bills), SLICE):
        yield "".join(map(text, bills[start : start + SLICE])).encode()


def _line_rows(bill: Bill) -> str:
    return "".join([_line_row(bill.id, line) for line in bill.lines])


def _line_row(purchase_id: str, line: Line) -> str:
    # Ids, codes and numbers: their patterns leave nothing that COPY would want escaped.
    n, product, category, form, quantity, listed, paid, cost, discount, tailored, tailorable, due, *rest = line
    delivered, tier, level = [NULL if value is None else value for value in rest]
    return (
        f"{purchase_id}\t{n}\t{product}\t{category}\t{form or NULL}\t{quantity}\t{listed}\t{paid}\t{cost or NULL}"
        f"\t{discount or NULL}\t{tailored}\t{tailorable}\t{due or NULL}\t{delivered}\t{tier}\t{level}\n"
    )


def _event_row(tx: Transaction, bill: Bill) -> str:
    # JSON escapes tabs and line breaks itself, with backslashes, which COPY reads as its own.
    return "\t".join(outbox_row(tx, bill)).replace("\\", "\\\\") + "\n"
