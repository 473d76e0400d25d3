"""Requests about complaints."""

import hashlib
from datetime import UTC

from services.complaints.authority.models import Given
from shared.events.complaints import Category, Severity
from shared.web.fields import Code, Flag, Id, OccurredAt, Request, Text


class NewComplaint(Request):
    """A complaint; the customer's words stay in this service. `follows`: an earlier one of the same customer."""

    id: Id | None = None
    customer_id: Id
    store_id: Id
    category: Category
    severity: Severity
    occurred_at: OccurredAt
    purchase_id: Id | None = None
    integration_id: Id | None = None
    follows: Id | None = None
    text: Text | None = None
    channel: Code | None = None
    simulated: Flag = False

    def content(self) -> bytes:
        """A digest of what was said, the id apart: the same complaint told twice has the same.

        Fields left at their defaults do not enter, so that a field added one day changes no digest.
        """
        said = self.model_copy(update={"occurred_at": self.occurred_at.astimezone(UTC)})
        return hashlib.sha256(said.model_dump_json(exclude={"id"}, exclude_defaults=True).encode()).digest()


class Step(Request):
    """Something done about a complaint; the moment is now where none is told."""

    occurred_at: OccurredAt | None = None


class Acknowledgement(Step):
    """The customer was told that somebody cares."""


class Assignment(Step):
    """A department owns the next step; `owner` is who has it there."""

    department: Code
    owner: Id | None = None


class Escalation(Step):
    """The case goes one level up."""

    note: Text | None = None


class Waiting(Step):
    """What we wait for."""

    note: Text | None = None


class Resumption(Step):
    """The customer has answered."""


class Resolution(Step):
    """How it was settled, in words; `root_cause` is a code, for causes are counted.

    `first_contact`: whether one contact was enough; the case may say otherwise, and speaks for itself where nothing is.
    """

    resolution: Text
    root_cause: Code
    first_contact: Flag | None = None


class Closing(Step):
    """Nothing is left to do."""


class Reconsideration(Step):
    """Why it is reopened, or taken back."""

    reason: Text | None = None


class Remedy(Given):
    """Something given. Nobody named: the caller granted it."""

    granted_by: Id | None = None
