"""Requests about complaints."""

import hashlib
from datetime import UTC
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from shared.events.complaints import Category, Severity
from shared.money import DECIMALS, fits_currency
from shared.web.fields import Amount, Code, Currency, Flag, Id, OccurredAt, Request, Text

RemedyKind = Literal["refund", "replacement", "voucher", "apology"]


class NewComplaint(Request):
    """A complaint; the customer's words stay in this service."""

    id: Id | None = None
    customer_id: Id
    store_id: Id
    category: Category
    severity: Severity
    occurred_at: OccurredAt
    purchase_id: Id | None = None
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


class Resolution(Step):
    """How it was settled, in words; `root_cause` is a code, for causes are counted."""

    resolution: Text
    root_cause: Code
    first_contact: Flag = False


class Closing(Step):
    """Nothing is left to do."""


class Reconsideration(Step):
    """Why it is reopened, or taken back."""

    reason: Text | None = None


class Remedy(Step):
    """What was given, and what it cost us. Nobody named: the caller granted it."""

    kind: RemedyKind
    currency: Currency | None = None  # before the amount, whose check needs it
    cost_amount: Annotated[Amount | None, Field(validate_default=True)] = None
    granted_by: Id | None = None

    @field_validator("cost_amount")
    @classmethod
    def _exact(cls, amount: Amount | None, info: ValidationInfo) -> Amount | None:
        if "currency" not in info.data:
            return amount  # refused already
        currency = info.data["currency"]
        if (amount is None) != (currency is None):
            raise ValueError("an amount and its currency come together")
        if amount is None:
            return None
        if not fits_currency(amount, currency):
            raise ValueError(f"more decimals than {currency} has")
        return round(amount, DECIMALS[currency])
