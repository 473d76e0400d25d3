"""A person of whom everything is held, for tests of erasures."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, MetaData, Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import open_engine
from shared.held import owned
from shared.history import HISTORY

CANARY = "canary-that-must-not-sing"
_VALUES: dict[type, Any] = {
    str: CANARY,
    object: CANARY,  # so SQLModel calls its text
    bytes: CANARY.encode(),
    list: [CANARY],
    int: 1,
    bool: True,
    float: 0.5,
    Decimal: Decimal(1),
    datetime: datetime(2026, 3, 1, tzinfo=UTC),
    date: date(2026, 3, 1),
}

Row = dict[str, Any]


async def fill(database_url: str, metadata: MetaData, customer: str) -> None:
    """A row of the customer's in every table that holds something of customers, and an entry of its history.

    Wherever a text can stand there is the canary.
    """
    engine = open_engine(database_url)
    try:
        async with engine.begin() as connection:
            await _fill(connection, metadata, customer)
    finally:
        await engine.dispose()


async def _fill(connection: AsyncConnection, metadata: MetaData, customer: str) -> None:
    rows: dict[str, Row] = {}
    for name in sorted(owned(metadata, [customer]), key=lambda name: name != "customers"):
        table = metadata.tables[name]
        rows[name] = {column.name: _value(column, customer, rows) for column in table.columns}
        await connection.execute(insert(table), rows[name])
        if entity := table.info.get("entity"):
            (key,) = table.primary_key
            await connection.execute(insert(HISTORY), _entry(entity, rows[name][key.name]))


def _value(column: Column[Any], customer: str, rows: dict[str, Row]) -> object:
    for key in column.foreign_keys:
        parent = rows.get(key.column.table.name)
        return None if parent is None else parent[key.column.name]
    if column.name == _whose(column.table):
        return customer
    return _VALUES[column.type.python_type]


def _whose(table: Any) -> str:
    assert isinstance(table, Table)
    return str(table.info.get("customer", "customer_id"))


def _entry(entity: str, key: str) -> Row:
    now = _VALUES[datetime]
    told = {"version": 1, "at": now, "recorded_at": now, "by": "emp-7", "what": "note", "after": f'{{"x":"{CANARY}"}}'}
    return {"entity": entity, "entity_id": key} | told
