"""What belongs to one customer – a doubt, a promise, a preference – found by its own id under theirs."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from services.customers.profiles.present import present
from shared.outbox import Transaction
from shared.web.entities import for_update
from shared.web.preconditions import demand_match
from shared.web.problems import NOT_FOUND, Problem


class Belonging(Protocol):
    """A row that is one customer's."""

    customer_id: str
    version: int


B = TypeVar("B", bound=Belonging)


@dataclass(frozen=True, slots=True)
class Target:
    """What a caller means: of which customer, and in the version that they read (`If-Match`)."""

    customer_id: str
    id: str
    if_match: str | None


async def one_of(session: AsyncSession, kind: type[B], customer_id: str, key: str, what: str) -> B:
    """The customer's row of that id; raises a 404 problem, for another customer's too. `what`: it, for people."""
    return _theirs(await session.get(kind, key), customer_id, key, what)


async def locked_of(tx: Transaction, kind: type[B], customer_id: str, key: str, what: str) -> B:
    """The same, with the customer and the row locked until the transaction ends; raises 404 and 410."""
    await present(tx, customer_id)
    return _theirs(await for_update(tx, kind, key), customer_id, key, what)


async def meant(tx: Transaction, kind: type[B], target: Target, what: str) -> B:
    """The same, in the version that the caller read; raises 404, 410, 412, 428."""
    row = await locked_of(tx, kind, target.customer_id, target.id, what)
    demand_match(target.if_match, row.version)
    return row


def _theirs(row: B | None, customer_id: str, key: str, what: str) -> B:
    if row is None or row.customer_id != customer_id:
        raise Problem(NOT_FOUND, f"no {what} {key}")
    return row
