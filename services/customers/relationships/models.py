"""Requests and answers about relationships."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from services.customers.relationships.domain import RefusedError, Role, SideKind, check_told
from shared.web.fields import Code, Flag, Id, NewEntity, OccurredAt, Request, View

Health = Annotated[float, Field(strict=True, ge=0, le=1)]
"""How well a relationship is, 0–1: a JSON number, as the event tells it."""


class NewRelationship(NewEntity):
    """A party has a role with a customer, since `occurred_at`, now where nothing is told.

    `decision`: the decision process that an influencer or decision maker has to do with. `primary`: of an
    organization's contacts, the first to turn to.
    """

    customer_id: Id
    party_id: Id
    party_kind: SideKind = "partner"
    role: Role
    decision: Code | None = None
    primary: Flag = False
    health: Health | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False

    @model_validator(mode="after")
    def _possible(self) -> Self:
        own = self.party_kind == "customer" and self.party_id == self.customer_id
        try:
            check_told(self.role, self.party_kind, self.decision, primary=self.primary, own=own)
        except RefusedError as error:
            raise ValueError(str(error)) from None
        return self


class RelationshipChange(Request):
    """What is different from `occurred_at` on, or from now on; what is not sent stays as it is."""

    health: Health | None = None
    primary: Flag | None = None
    occurred_at: OccurredAt | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(exclude={"occurred_at"}, exclude_none=True)


class RelationshipEnd(Request):
    """It is over, now where no moment is told; `replaced_by`: the customer's relationship that takes its place."""

    occurred_at: OccurredAt | None = None
    replaced_by: Id | None = None


class RelationshipView(View):
    """A relationship; `ended_at` is null while it lasts. `changed_at`: the last thing that happened to it."""

    id: str
    customer_id: str
    party_id: str
    party_kind: SideKind
    role: Role
    decision: str | None
    primary: bool
    health: float | None
    occurred_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    replaced_by: str | None
    simulated: bool
    created_at: datetime
    version: int
