"""Requests and answers about employees and their trainings."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictInt

from services.complaints.staff.domain import Role
from shared.web.fields import Code, Flag, Id, Instant, NewEntity, OccurredAt, Request, View

Level = Annotated[StrictInt, Field(ge=1, le=5)]


class EmployeeTold(Request):
    """What an employee is, and in which store; without one they serve the whole chain. Names stay elsewhere."""

    role: Role
    store_id: Id | None = None


class NewTraining(NewEntity):
    """A training that was completed at `occurred_at`, now where nothing is told; it holds until `expires_at`."""

    level: Level
    course: Code | None = None
    occurred_at: OccurredAt | None = None
    expires_at: Instant | None = None
    simulated: Flag = False


class EmployeeView(View):
    """An employee."""

    id: str
    role: Role
    store_id: str | None
    created_at: datetime
    updated_at: datetime
    version: int


class TrainingView(View):
    """A training of an employee; `expires_at` null: it holds for good."""

    id: str
    staff_id: str
    level: int
    course: str | None
    occurred_at: datetime
    expires_at: datetime | None
    simulated: bool
    created_at: datetime
    version: int
