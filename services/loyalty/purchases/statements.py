"""The SQL by which bills are stored: only those whose id and receipt are both new."""

from sqlalchemy import text

from services.loyalty.purchases.bill import HEAD_COLUMNS, LINE_COLUMNS

HEADS = ("id", *HEAD_COLUMNS, "content")
OUTBOX = ("id", "aggregatetype", "aggregateid", "type", "payload")

# What is sent as text is made its column's type by the server, which does it faster than the driver.
_SENT = {
    "simulated": "boolean",
    "content": "bytea",
    "line": "integer",
    "tailored": "boolean",
    "tailorable": "boolean",
    "level": "integer",
}
_MADE = {
    "ordered_at": "timestamptz",
    "occurred_at": "timestamptz",
    "quantity": "numeric",
    "list_amount": "numeric",
    "paid_amount": "numeric",
    "cost_amount": "numeric",
    "due_at": "timestamptz",
    "delivered_at": "timestamptz",
}


def _rows(columns: tuple[str, ...]) -> str:
    """`unnest(cast(:id as text[]), …) as told (id, …)`: one row per element of the parameters."""
    arrays = ", ".join(f"cast(:{name} as {_SENT.get(name, 'text')}[])" for name in columns)
    return f"unnest({arrays}) as told ({', '.join(columns)})"


def _values(columns: tuple[str, ...]) -> str:
    return ", ".join(f"cast(told.{name} as {_MADE[name]})" if name in _MADE else f"told.{name}" for name in columns)


_INSERT_HEADS = f"""
    insert into purchases ({", ".join(HEADS)}, created_at)
    select {_values(HEADS)}, cast(:created_at as timestamptz) from {_rows(HEADS)}
    on conflict do nothing
    returning id
"""  # noqa: S608 -- made of our own column names alone

INSERT_MANY = text(_INSERT_HEADS)
"""Stores the heads of bills (`HEADS` as arrays, `created_at`), gives back the ids of those that were new."""

INSERT_ONE = text(f"""
    with fresh as ({_INSERT_HEADS}),
    lines as (
        insert into purchase_lines (purchase_id, {", ".join(LINE_COLUMNS)})
        select fresh.id, {_values(LINE_COLUMNS)} from fresh, {_rows(LINE_COLUMNS)}
    ),
    event as (
        insert into outbox ({", ".join(OUTBOX)})
        select :event_id, :topic, :key, :type, :payload from fresh
    )
    select id from fresh
""")  # noqa: S608
"""Stores one bill with its lines and event in one round trip; gives back its id if it was new."""

KNOWN = text("""
    select id, content, store_id, till, receipt_number from purchases where id = any(cast(:ids as text[]))
    union
    select p.id, p.content, p.store_id, p.till, p.receipt_number
    from unnest(cast(:stores as text[]), cast(:tills as text[]), cast(:numbers as text[])) as r (store, till, number)
    join purchases p on p.store_id = r.store and p.till is not distinct from r.till and p.receipt_number = r.number
""")
"""The purchases that have one of these ids or receipts."""
