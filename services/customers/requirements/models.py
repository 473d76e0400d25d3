"""Requests and answers about requirements and checks."""

from datetime import datetime

from shared.web.fields import Code, Flag, Id, Instant, NewEntity, OccurredAt, Request, Text, View


class NewRequirement(NewEntity):
    """What the customer requires, in their words; `measure`: what it is measured by. The words stay in this service.

    `occurred_at`: when they stated it, now where nothing is told. `due_at`: by when we are to conform; where nobody
    checked by then, the clock notes that we did not.
    """

    what: Text
    measure: Code | None = None
    due_at: Instant | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class About(Request):
    """What was delivered: a purchase, a visit, a solution."""

    kind: Code
    id: Id


class NewCheck(NewEntity):
    """Whether what was delivered conforms; the moment is now where none is told."""

    conforms: Flag
    about: About | None = None
    note: Text | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class Withdrawal(Request):
    """The customer requires it no more; the moment is now where none is told."""

    occurred_at: OccurredAt | None = None


class RequirementView(View):
    """A requirement; `withdrawn_at` is null while it stands."""

    id: str
    customer_id: str
    what: str
    measure: str | None
    due_at: datetime | None
    occurred_at: datetime
    withdrawn_at: datetime | None
    simulated: bool
    created_at: datetime
    version: int


class AboutView(View):
    """What was delivered."""

    kind: str
    id: str


class CheckView(View):
    """A check of a requirement."""

    id: str
    customer_id: str
    requirement_id: str
    conforms: bool
    about: AboutView | None
    note: str | None
    occurred_at: datetime
    simulated: bool
    created_at: datetime
    version: int
