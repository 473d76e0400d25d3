"""What commands of most subjects begin with: an entity created once, or found, locked and compared."""

from typing import Protocol, TypeVar

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col

from shared.outbox import Transaction
from shared.web.preconditions import demand_match
from shared.web.problems import CONFLICT, NOT_FOUND, Problem
from shared.web.work import Existing


class Entity(Protocol):
    """A row with an id of its own. `content`: the digest of what it was created from (`NewEntity.content`)."""

    id: str
    version: int
    content: bytes


E = TypeVar("E", bound=Entity)
R = TypeVar("R", bound=SQLModel)
A = TypeVar("A")


async def for_update(tx: Transaction, kind: type[A], key: object) -> A | None:
    """The row of that key as it stands now, locked until the transaction ends; None where there is none.

    What the session has read of it before, unlocked, is renewed: somebody may have been faster.
    """
    return await tx.session.get(kind, key, with_for_update=True, populate_existing=True)


async def add_once(tx: Transaction, row: E, what: str) -> Existing[E]:
    """Add a row; one of the same id and content stays as it is, and `existed`. Raises 409 for other content.

    Of two that add the same id at once, the second waits here and then finds it. `what`: the entity, for people.
    """
    kind = type(row)
    values = row.model_dump()  # type: ignore[attr-defined]
    statement = insert(kind).values(values).on_conflict_do_nothing().returning(col(kind.id))
    fresh = (await tx.session.execute(statement)).scalar_one_or_none() is not None
    found = await for_update(tx, kind, row.id)
    if found is None or found.content != row.content:
        raise Problem(CONFLICT, f"{row.id} is {what} with other content")
    return Existing(found, existed=not fresh)


async def locked(tx: Transaction, kind: type[R], key: object, what: str) -> R:
    """The row of that key, locked until the transaction ends; raises a 404 problem. Compare versions next."""
    row = await for_update(tx, kind, key)
    if row is None:
        raise Problem(NOT_FOUND, f"no {what} {key}")
    return row


async def meant(tx: Transaction, kind: type[E], key: str, if_match: str | None, what: str) -> E:
    """The entity of that id, locked, in the version that the caller read; raises 404, 428, 412."""
    row = await for_update(tx, kind, key)
    if row is None:
        raise Problem(NOT_FOUND, f"no {what} {key}")
    demand_match(if_match, row.version)
    return row
