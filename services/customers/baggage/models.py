"""Requests and answers about bags. Names, addresses and descriptions stay in this service."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator

from services.customers.baggage.domain import State, Verb
from shared.web.fields import Day, Flag, Id, Name, NewEntity, OccurredAt, Request, Text, View


def _says_something(value: str) -> str:
    if not any(letter.isalnum() for letter in value):
        raise ValueError("a letter or a digit is needed")
    return value


Words = Annotated[Text, AfterValidator(_says_something)]
Somebody = Annotated[Name, AfterValidator(_says_something)]
Employee = Annotated[Id, AfterValidator(_says_something)]


class NewBag(NewEntity):
    """We offered to look after a bag; `accepted`: whether the customer left it with us."""

    customer_id: Id | None = None
    store_id: Id
    accepted: Flag
    description: Text | None = None
    perishable: Flag = False
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class Told(Request):
    """Something about a bag; the moment is now where none is told."""

    occurred_at: OccurredAt | None = None

    def said(self) -> dict[str, Any]:
        """What the history keeps of it, beside what it changed."""
        return self.model_dump(exclude={"occurred_at"}, exclude_none=True)


class Step(Told):
    """Something done about a bag; `by`: an employee, where it is not the caller."""

    by: Employee | None = None


class LossReport(Step):
    """Who lost the token: their name and address, and what they say that they own. `customer_id`: of the claimant,
    where we know them; the bag is theirs from now on, unless it is a customer's already."""

    customer_id: Id | None = None
    name: Somebody
    address: Words
    description: Words

    def claim(self) -> dict[str, str]:
        """The columns that it is written to."""
        return {"claimant_name": self.name, "claimant_address": self.address, "claimant_description": self.description}

    def said(self) -> dict[str, Any]:
        """The claim changes columns, and is kept with these."""
        return self.model_dump(include={"by"}, exclude_none=True)


class Authentication(Told):
    """A named employee compared the claim with the bag; `verdict`: whether the claimant owns it."""

    authenticated_by: Employee
    verdict: Flag


class Inspection(Step):
    """What was found: an address on the bag; something perishable in it, where that was not known yet."""

    address_found: Flag
    perishable: Flag | None = None


class ContactWithOwner(Step):
    """The owner was contacted at the address on the bag: by whom, and how."""

    by: Employee
    how: Words


class Tagging(Step):
    """What stands on the tag."""

    tag: Id


class Disposal(Step):
    """Who disposed of the bag, and how."""

    by: Employee
    how: Words


class EndOfDay(Request):
    """A store closes its counter for a day; today's in its time zone where none is told."""

    store_id: Id
    day: Day | None = None
    occurred_at: OccurredAt | None = None


class BagView(View):
    """A bag. Its token is never shown again. `claim`: of somebody who lost it; `until`: we wait for the owner."""

    id: str
    customer_id: str | None
    store_id: str
    state: State
    description: str | None
    perishable: bool
    occurred_at: datetime
    day_ends_at: datetime
    last_step_at: datetime
    unclaimed_at: datetime | None
    until: datetime | None
    address_found: bool | None
    tag: str | None
    claim: str | None
    claimant_name: str | None
    claimant_address: str | None
    claimant_description: str | None
    authenticated_by: str | None
    simulated: bool
    created_at: datetime
    version: int


class OfferView(BagView):
    """A bag that was just taken, with the token for its owner: only now, and for a repeat under the same
    Idempotency-Key. Null for an offer that was declined, or that was told before."""

    token: str | None


class ToDo(View):
    """A bag that nobody came for, and the step that is to be done with it now."""

    id: str
    customer_id: str | None
    state: State
    description: str | None
    perishable: bool
    occurred_at: datetime
    version: int
    demanded: Verb


class DayView(View):
    """A store's counter at the end of a day: how many bags became unclaimed by it, and what is to be done with each
    that was left behind; the oldest 500 of them."""

    store_id: str
    day: date
    unclaimed: int
    bags: list[ToDo]
