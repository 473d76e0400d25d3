"""Reading follow-ups. One of no store may be read and done by every store's staff."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, not_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.tasks.domain import Origin, State
from services.complaints.tasks.tables import Task
from shared.aliases import family
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem

_ALONE = text("select pg_advisory_xact_lock(hashtext('follow-ups'), hashtext(:customer))")


class Belonging(NamedTuple):
    """Whose a follow-up is, and where it is to be done."""

    customer_id: str
    store_id: str | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to, each named after its field. `overdue`: past the due time and not done."""

    customer_id: Id | None = None
    store_id: Id | None = None
    owner: Id | None = None
    state: State | None = None
    overdue: bool | None = None

    def conditions(self, now: datetime) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        told = {name: value for name, value in asdict(self).items() if value is not None}
        state, overdue = told.pop("state", None), told.pop("overdue", None)
        found: list[ColumnElement[bool]] = [getattr(Task, name) == value for name, value in told.items()]
        undone = col(Task.done_at).is_(None)
        if state is not None:
            found.append(undone if state == "open" else not_(undone))
        if overdue is not None:
            late = and_(undone, col(Task.due_at) < now)
            found.append(late if overdue else not_(late))
        return found


async def belonging(session: AsyncSession, task_id: str) -> Belonging:
    """Whose the follow-up is, which never changes, without its row; raises a 404 problem."""
    row = (await session.execute(select(Task.customer_id, Task.store_id).where(col(Task.id) == task_id))).first()  # type: ignore[call-overload]
    if row is None:
        raise Problem(NOT_FOUND, f"no follow-up {task_id}")
    return Belonging(*row)


async def one(session: AsyncSession, task_id: str, caller: Principal) -> Task:
    """The follow-up of that id; raises a 404 problem, for another store's too."""
    row = await session.get(Task, task_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no follow-up {task_id}")
    if row.store_id is not None:
        caller.hide_other_stores(row.store_id)
    return row


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, *conditions: ColumnElement[bool]
) -> tuple[list[Task], str | None]:
    """Follow-ups in the order of their due times, and the next cursor."""
    query = select(Task).where(*conditions)
    if caller.stores is not None:
        store = col(Task.store_id)
        query = query.where(or_(store.is_(None), store.in_(sorted(caller.stores))))
    return await keyset(session, query, limit, cursor, col(Task.due_at), col(Task.id))


async def alone(session: AsyncSession, customers: Collection[str]) -> None:
    """Wait for whoever is alone with one of these customers, under whichever id, until their transaction ends.

    All at once and in order, so that no two wait for each other.
    """
    for least in sorted({min(await family(session, customer)) for customer in customers}):
        await session.execute(_ALONE, {"customer": least})


async def open_at(session: AsyncSession, customer_id: str, origin: Origin, at: datetime) -> bool:
    """Whether the customer, under whichever id, has a follow-up of this origin to be done, or had one `at` that moment.

    Nobody else opens one meanwhile: the caller is `alone` with the customer.
    """
    then = and_(col(Task.occurred_at) <= at, col(Task.done_at) > at)
    theirs = col(Task.customer_id).in_(await family(session, customer_id))
    query = select(Task.id).where(theirs, col(Task.origin) == origin, or_(col(Task.done_at).is_(None), then))  # type: ignore[call-overload]
    return await session.scalar(query.limit(1)) is not None
