"""The order of the customers' list: ranges of stored cards, each without a null in its keys and read by an index.

A comparison with null is never true, so that one keyset over the index would lose the rows without one: those
are a range of their own, and it comes last whichever way the index runs. A row whose keys stay is in exactly one
range, and behind a cursor or not: a page may read range after range.
"""

from collections.abc import Sequence
from enum import StrEnum
from math import isfinite
from typing import Any, NamedTuple

from sqlalchemy import Boolean, ColumnElement, DateTime, Double, Integer, String, Text, column, table, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from shared.web import cursors
from shared.web.problems import INVALID, Problem

CARDS = table(
    "cards",
    column("customer_id", String),
    column("as_of", DateTime(timezone=True)),
    column("index_value", Double),
    column("phase", String),
    column("bond_level", Integer),
    column("at_risk", Boolean),
    column("segments", ARRAY(Text)),
)
customer_id, index_value = CARDS.c.customer_id, CARDS.c.index_value


class Sort(StrEnum):
    """By what the list is sorted; ties are in the order of the ids."""

    ID = "customer_id"
    RISING = "index"
    FALLING = "-index"


class Key(NamedTuple):
    """Where a row stands. `value`: its index, None where it has none."""

    value: float | None
    customer_id: str

    def cursor(self, sort: Sort) -> str:
        """The cursor behind this row; it holds for the same sort only."""
        return cursors.encode(sort, "" if self.value is None else repr(self.value), self.customer_id)

    @classmethod
    def of(cls, cursor: str, sort: Sort) -> "Key":
        """The key in a cursor; raises a 422 problem where it is none of this sort."""
        made_for, value, customer = cursors.decode(cursor, 3)
        if made_for != sort:
            raise _foreign()
        return cls(_number(value) if value else None, customer)


class Range(NamedTuple):
    """Rows that one index holds one behind the other."""

    where: Sequence[ColumnElement[bool]]
    order: Sequence[ColumnElement[Any]]


def ranges(sort: Sort, after: Key | None) -> list[Range]:
    """What is left behind `after` (None: everything), in order; together these are all rows, each once."""
    if sort is Sort.ID:
        return [Range([] if after is None else [customer_id > after.customer_id], [customer_id])]
    # Without a value the rows are ordered by it all the same: so the index is found.
    if after is not None and after.value is None:
        return [Range([index_value.is_(None), customer_id > after.customer_id], [index_value, customer_id])]
    without = Range([index_value.is_(None)], [index_value, customer_id])
    return [*(_rising(after) if sort is Sort.RISING else _falling(after)), without]


def _rising(after: Key | None) -> list[Range]:
    if after is None:
        return [Range([index_value.is_not(None)], [index_value, customer_id])]
    return [Range([tuple_(index_value, customer_id) > tuple_(*after)], [index_value, customer_id])]


def _falling(after: Key | None) -> list[Range]:
    if after is None:
        return [Range([index_value.is_not(None)], [index_value.desc(), customer_id])]
    ties = Range([index_value == after.value, customer_id > after.customer_id], [customer_id])
    return [ties, Range([index_value < after.value], [index_value.desc(), customer_id])]


def _number(part: str) -> float:
    try:
        found = float(part)
    except ValueError:
        raise _foreign() from None
    if not isfinite(found):
        raise _foreign()
    return found


def _foreign() -> Problem:
    fault = {"pointer": "/cursor", "detail": "not of this list in this sort"}
    return Problem(INVALID, "this cursor is not of this list", errors=[fault])
