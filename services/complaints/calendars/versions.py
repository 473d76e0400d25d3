"""What is kept version by version: a change adds one, and the older ones stay as they were told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.fields import Request
from shared.web.preconditions import check_match, demand_match
from shared.web.problems import Collision
from shared.web.work import Existing


class Version(Protocol):
    """A row that is one version of something. `told`: the request's JSON."""

    version: int
    told: dict[str, Any]
    created_at: datetime

    def __init__(self, **values: Any) -> None:
        """A new one."""


V = TypeVar("V", bound=Version)


async def newest(session: AsyncSession, kind: type[V], key: Mapping[str, str]) -> V | None:
    """The newest version of what has that key, None where there is none."""
    query = select(kind).filter_by(**key).order_by(col(kind.version).desc()).limit(1)
    found: V | None = (await session.execute(query)).scalar_one_or_none()
    return found


async def put(
    tx: Transaction, kind: type[V], key: Mapping[str, str], told: Request, if_match: str | None, *, entity: str
) -> Existing[V]:
    """Add the version told: the first, or the next one under `If-Match`; what is in force already does nothing.

    Raises 412, 428. Of two at once the second finds the first's. `entity`: whose history notes it.
    """
    now = told.model_dump(mode="json")
    found = await newest(tx.session, kind, key)
    if found is None:
        check_match(if_match, None)
    elif found.told == now:
        return Existing(found, existed=True)
    else:
        demand_match(if_match, found.version)
    number = 1 if found is None else found.version + 1
    row = kind(**key, version=number, told=now, created_at=tx.recorded)
    await _add(tx, row, "/".join(key.values()))
    subject = Subject(entity, "/".join(key.values()), number)
    before = None if found is None else found.told
    await note(tx, subject, "create" if found is None else "change", before=before, after=now)
    return Existing(row, existed=found is not None)


async def _add(tx: Transaction, row: Version, what: str) -> None:
    tx.session.add(row)
    try:
        await tx.session.flush()
    except IntegrityError:
        raise Collision(what) from None
