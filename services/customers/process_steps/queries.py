"""Reading steps from contact to cash."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, not_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.process_steps.domain import State, Step
from services.customers.process_steps.models import Kind
from services.customers.process_steps.tables import ProcessStep
from services.customers.profiles.belongings import one_of
from shared.web.cursors import Pager, keyset
from shared.web.fields import Id


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `overdue`: past the due time and not completed; `disputed`: in dispute."""

    step: Kind | None = None
    state: State | None = None
    overdue: bool | None = None
    disputed: bool | None = None
    about: Id | None = None

    def conditions(self, now: datetime) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        done, due = col(ProcessStep.completed_at), col(ProcessStep.due_at)
        found = [getattr(ProcessStep, name) == value for name in ("step", "about") if (value := getattr(self, name))]
        asked = (
            (None if self.state is None else self.state == "open", done.is_(None)),
            (self.overdue, and_(done.is_(None), due < now)),
            (self.disputed, and_(col(ProcessStep.disputed_at).is_not(None), col(ProcessStep.settled_at).is_(None))),
        )
        return found + [holds if wanted else not_(holds) for wanted, holds in asked if wanted is not None]


def standing(row: ProcessStep) -> Step:
    """How a step stands."""
    return Step(row.occurred_at, row.completed_at, row.disputed_at, row.settled_at)


async def one(session: AsyncSession, customer_id: str, step_id: str) -> ProcessStep:
    """The customer's step of that id; raises a 404 problem."""
    return await one_of(session, ProcessStep, customer_id, step_id, "step")


async def page(
    session: AsyncSession, customer_id: str, paging: Pager, conditions: list[ColumnElement[bool]]
) -> tuple[list[ProcessStep], str | None]:
    """A customer's steps in the order of their due times, and the next cursor."""
    query = select(ProcessStep).where(col(ProcessStep.customer_id) == customer_id, *conditions)
    return await keyset(session, query, paging.limit, paging.cursor, col(ProcessStep.due_at), col(ProcessStep.id))
