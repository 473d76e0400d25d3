"""Requests and answers about objectives and strategies."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator

from services.customers.objectives.domain import State
from services.customers.objectives.strategies import CODES, StrategyKind
from shared.web.fields import Code, Flag, Instant, NewEntity, Number, OccurredAt, Request, Shown, Text, View


def _of_catalogue(code: str) -> str:
    if code not in CODES:
        raise ValueError("not a strategy of the catalogue: GET /v1/strategies")
    return code


Target = Annotated[Number, Field(gt=0)]
StrategyCode = Annotated[Code, AfterValidator(_of_catalogue)]


class NewObjective(NewEntity):
    """What we want to reach with the customer: `target`, in `unit`, by `due_at`, by a strategy of the catalogue.

    `occurred_at`: when it was set, now where nothing is told. The title stays in this service.
    """

    title: Text
    target: Target
    unit: Code
    due_at: Instant
    strategy: StrategyCode | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class ObjectivePatch(Request):
    """What to change (JSON merge patch), from `occurred_at` on; what is not sent stays as it is."""

    target: Target | None = None
    due_at: Instant | None = None
    strategy: StrategyCode | None = None
    occurred_at: OccurredAt | None = None

    @field_validator("target", "due_at")
    @classmethod
    def _kept(cls, value: object) -> object:
        if value is None:
            raise ValueError("it can be changed, but not taken away")
        return value

    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"occurred_at"}}


class Progress(Request):
    """How much of the target is reached, in its unit; the moment is now where none is told."""

    progress: Number
    occurred_at: OccurredAt | None = None


class Review(Request):
    """The objective was looked at; `together`: with the customer."""

    together: Flag = False
    note: Text | None = None
    occurred_at: OccurredAt | None = None


class Closing(Request):
    """The objective counts no more: it was reached, or given up."""

    reached: Flag
    reason: Text | None = None
    occurred_at: OccurredAt | None = None


class ObjectiveView(View):
    """An objective. `reviewed_at`: last; `reached`, `closed_at` and `reason` are null while it is open."""

    id: str
    customer_id: str
    title: str
    target: Shown
    unit: str
    due_at: datetime
    strategy: str | None
    occurred_at: datetime
    progress: Shown
    state: State
    reviewed_at: datetime | None
    reached: bool | None
    closed_at: datetime | None
    reason: str | None
    simulated: bool
    created_at: datetime
    version: int


class StrategyView(View):
    """A strategy of the catalogue."""

    code: str
    name: str
    kind: StrategyKind
    meaning: str
