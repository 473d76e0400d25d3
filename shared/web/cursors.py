"""Cursor pages: the key of the last row seen, opaque to the client, stable while rows come and go."""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar, cast

import orjson
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import BigInteger, DateTime, Integer, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped
from sqlalchemy.types import TypeEngine

from shared.web.problems import INVALID, Problem

T = TypeVar("T")
R = TypeVar("R")
_NUMBER = re.compile("[0-9]{1,18}")
"""What a PostgreSQL bigint can hold."""
Limit = Annotated[int, Query(ge=1, le=500, description="rows a page")]
Cursor = Annotated[str | None, Query(max_length=1000, description="`next` of the page before")]


class Page(BaseModel, Generic[T]):
    """One page; `next` is the cursor of the next one, or null at the end."""

    items: list[T]
    next: str | None = None


class Pager:
    """What a list's endpoint is asked for: `limit` rows behind `cursor`."""

    def __init__(self, request: Request, response: Response, limit: Limit = 100, cursor: Cursor = None) -> None:
        self.limit, self.cursor = limit, cursor
        self._request, self._response = request, response

    def page(self, items: list[T], following: str | None) -> Page[T]:
        """The page, with the next one's address as `Link` too (RFC 8288)."""
        if following is not None:
            url = self._request.url.include_query_params(cursor=following)
            self._response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
        return Page(items=items, next=following)

    def cut(self, items: Sequence[T], key: Callable[[T], str]) -> Page[T]:
        """One page of a list that is at hand, in its order; `key` tells its items apart.

        Raises a 422 problem for a cursor that stands behind no item of it.
        """
        keys = [key(item) for item in items]
        start = 0
        if self.cursor is not None:
            (last,) = decode(self.cursor, 1)
            if last not in keys:
                raise _unknown()
            start = keys.index(last) + 1
        page = list(items[start : start + self.limit])
        return self.page(page, encode(key(page[-1])) if start + self.limit < len(items) else None)


Paging = Annotated[Pager, Depends()]


def encode(*key: object) -> str:
    """The cursor that stands behind the row with this sort key."""
    parts = [part.isoformat() if isinstance(part, datetime) else str(part) for part in key]
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode(cursor: str, size: int) -> list[str]:
    """The sort key in a cursor: `size` strings. Raises a 422 problem for a cursor that is not ours."""
    try:
        key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        key = None
    if not (isinstance(key, list) and len(key) == size and all(map(_is_text, key))):
        raise _unknown()
    return key


def instant(part: str) -> datetime:
    """A time out of a cursor; raises the same 422 problem."""
    try:
        return datetime.fromisoformat(part).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _unknown() from None


def number(part: str) -> int:
    """A row's number out of a cursor; raises the same 422 problem."""
    if not _NUMBER.fullmatch(part):
        raise _unknown()
    return int(part)


async def keyset(
    session: AsyncSession,
    query: Select[R],
    limit: int,
    cursor: str | None,
    *keys: Mapped[Any],
    descending: bool = False,
) -> tuple[list[R], str | None]:
    """One page of entities in the order of `keys`, or the other way round, and the next cursor.

    `keys`: columns of the entity, texts, times or whole numbers, never null and unique together: a page over a
    nullable column would lose rows.
    """
    columns = [cast("InstrumentedAttribute[Any]", key) for key in keys]
    query = query.order_by(*(key.desc() for key in keys) if descending else keys).limit(limit + 1)
    if cursor is not None:
        parts = zip(decode(cursor, len(keys)), columns, strict=True)
        row, last = tuple_(*keys), tuple_(*(_value(part, column.type) for part, column in parts))
        query = query.where(row < last if descending else row > last)
    rows = list((await session.execute(query)).scalars())
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], encode(*(getattr(rows[limit - 1], column.key) for column in columns))


def _value(part: str, kind: TypeEngine[Any]) -> Any:
    if isinstance(kind, Integer):
        return literal(number(part), BigInteger)  # a cursor can hold more than the column
    return instant(part) if isinstance(kind, DateTime) else part


def _is_text(part: object) -> bool:
    return isinstance(part, str) and "\x00" not in part


def _unknown() -> Problem:
    fault = {"pointer": "/cursor", "detail": "unknown"}
    return Problem(INVALID, "this cursor is not one of ours", errors=[fault])
