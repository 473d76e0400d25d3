"""The order of what a close found, and where a page of it ends."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from math import inf, isnan
from typing import Any, NamedTuple

from shared.web import cursors
from shared.web.problems import INVALID, Problem


class Sort(StrEnum):
    """By what the list is sorted."""

    ID = "store_id"
    RATING = "rating"


class Place(NamedTuple):
    """Where a store, or another row, stands. `as_of`: the close that put it there: the next page is of the same.

    `rank`: what it is sorted by before its name.
    """

    as_of: datetime
    rank: float
    name: str

    @property
    def key(self) -> tuple[float, str]:
        """What places are compared by."""
        return (self.rank, self.name)

    def cursor(self, sort: StrEnum) -> str:
        """The cursor behind this place; it holds for the same sort, or grouping, only."""
        return cursors.encode(sort, self.as_of, repr(self.rank), self.name)

    @classmethod
    def of(cls, cursor: str, sort: StrEnum) -> "Place":
        """The place in a cursor; raises a 422 problem where it is none of this sort."""
        made_for, as_of, rank, name = cursors.decode(cursor, 4)
        if made_for != sort:
            raise _foreign()
        return cls(cursors.instant(as_of), _number(rank), name)


def places(stores: Mapping[str, Mapping[str, Any]], sort: Sort, as_of: datetime) -> list[Place]:
    """Every store's place, in order."""
    return sorted((Place(as_of, _rank(told, sort), store) for store, told in stores.items()), key=lambda at: at.key)


def _rank(told: Mapping[str, Any], sort: Sort) -> float:
    if sort is Sort.ID:
        return 0.0
    return inf if told["score"] is None else -told["score"]


def _number(part: str) -> float:
    try:
        found = float(part)
    except ValueError:
        raise _foreign() from None
    if isnan(found):
        raise _foreign()
    return found


def _foreign() -> Problem:
    fault = {"pointer": "/cursor", "detail": "not of this list in this sort or grouping"}
    return Problem(INVALID, "this cursor is not of this list", errors=[fault])
