"""Whose a row is: what a service holds of a customer, found by the shape of its tables.

A table belongs to customers by its column `customer_id` (or by the one that its `info["customer"]` names), or by a
foreign key to such a table (or by `info["part_of"]`: column and parent, where there is no key). So a table that is
added later is covered, and nothing has to be kept in step. A column that tells of somebody else than whose its row is
says so by `info={"exported": False}`.
"""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, MetaData, Table, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.history import HISTORY

Owned = dict[str, ColumnElement[bool]]
"""By table, which of its rows are theirs."""
Held = dict[str, list[dict[str, Any]]]
"""By table, rows as JSON."""


def owned(metadata: MetaData, customers: Collection[str]) -> Owned:
    """Which rows of each table are these customers'; tables that hold nothing of customers are left out."""
    found: Owned = {}
    waiting = list(metadata.sorted_tables)
    while waiting:  # a part without a foreign key may stand before what it is of
        added = {table.name: whose for table in waiting if (whose := _whose(table, metadata, customers, found))}
        if not added:
            break
        found |= {name: or_(*whose) for name, whose in added.items()}
        waiting = [table for table in waiting if table.name not in added]
    return found


async def held(session: AsyncSession, metadata: MetaData, customers: Collection[str]) -> Held:
    """Everything that is held of these customers, the history of their entities included; digests are left out."""
    theirs = owned(metadata, customers)
    rows = {name: await _rows(session, metadata.tables[name], whose) for name, whose in theirs.items()}
    rows["history"] = await _rows(session, HISTORY, of_history(metadata, theirs))  # type: ignore[arg-type]
    return {name: found for name, found in sorted(rows.items()) if found}


def of_history(metadata: MetaData, theirs: Owned) -> ColumnElement[bool]:
    """Which rows of the history are of entities that are theirs; `info["entity"]` of a table names its entities."""
    whose: list[ColumnElement[bool]] = []
    for name, mine in theirs.items():
        table = metadata.tables[name]
        if entity := table.info.get("entity"):
            (key,) = table.primary_key
            whose.append(and_(HISTORY.c.entity == entity, HISTORY.c.entity_id.in_(select(key).where(mine))))
    return or_(false(), *whose)


def _whose(table: Table, metadata: MetaData, customers: Collection[str], found: Owned) -> list[ColumnElement[bool]]:
    return [*_own(table, customers), *_parts(table, metadata, found)]


def _own(table: Table, customers: Collection[str]) -> list[ColumnElement[bool]]:
    return [table.columns[name].in_(customers) for name in _names(table)]


def _names(table: Table) -> list[str]:
    told = table.info.get("customers") or (table.info.get("customer", "customer_id"),)
    return [name for name in told if name in table.columns]


def _parts(table: Table, metadata: MetaData, found: Owned) -> list[ColumnElement[bool]]:
    if _names(table):  # it says itself whose it is, who may be another than whose the whole is
        return []
    links = [(key.parent, key.column) for key in table.foreign_keys]
    if "part_of" in table.info:
        column, parent = table.info["part_of"]
        links.append((table.columns[column], next(iter(metadata.tables[parent].primary_key))))
    return [
        child.in_(select(parent).where(found[parent.table.name]))
        for child, parent in links
        if parent.table.name in found
    ]


async def _rows(session: AsyncSession, table: Table, whose: ColumnElement[bool]) -> list[dict[str, Any]]:
    shown = [each for each in table.columns if not isinstance(each.type, LargeBinary) and not _is_anothers(each)]
    found = await session.execute(select(*shown).where(whose).order_by(*(table.primary_key or shown[:1])))
    return [{name: _json(value) for name, value in row._mapping.items()} for row in found]


def _is_anothers(column: ColumnElement[Any]) -> bool:
    return isinstance(column, Column) and column.info.get("exported") is False


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | datetime) else value
