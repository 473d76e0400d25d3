"""Cursor pages: the key of the last row seen, opaque to the client, stable while rows come and go."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import orjson
from fastapi import Query
from pydantic import BaseModel

from shared.web.problems import INVALID, Problem

T = TypeVar("T")
Limit = Annotated[int, Query(ge=1, le=500, description="rows a page")]
Cursor = Annotated[str | None, Query(max_length=1000, description="`next` of the page before")]


class Page(BaseModel, Generic[T]):
    """One page; `next` is the cursor of the next one, or null at the end."""

    items: list[T]
    next: str | None = None


def encode(*key: object) -> str:
    """The cursor that stands behind the row with this sort key."""
    parts = [part.isoformat() if isinstance(part, datetime) else part for part in key]
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode(cursor: str, size: int) -> list[str]:
    """The sort key in a cursor: `size` strings. Raises a 422 problem for a cursor that is not ours."""
    try:
        key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        key = None
    if not (isinstance(key, list) and len(key) == size and all(isinstance(part, str) for part in key)):
        raise Problem(INVALID, "this cursor is not one of ours", errors=[{"pointer": "/cursor", "detail": "unknown"}])
    return key


def instant(part: str) -> datetime:
    """A time out of a cursor; raises the same 422 problem."""
    try:
        return datetime.fromisoformat(part)
    except ValueError:
        raise Problem(
            INVALID, "this cursor is not one of ours", errors=[{"pointer": "/cursor", "detail": "unknown"}]
        ) from None
