"""Types of request fields: strict about what JSON holds, so that nothing is guessed or rounded."""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)

from shared import clock
from shared.events.values import ID_PATTERN
from shared.money import DECIMALS

TOMORROW = timedelta(days=1)
_CALENDAR = re.compile(r"^\d{4}-\d{2}-\d{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

DECIMAL_PATTERN = r"^[0-9]{1,12}(\.[0-9]{1,6})?$"
"""What an exact number looks like in a request; all that it lets in, events and views must be able to show."""
_DECIMAL = re.compile(DECIMAL_PATTERN)


class Request(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class View(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(from_attributes=True)


def _decimal_text(value: Any) -> Any:
    # Decimal itself also reads "1e3", "1_0", " 1 " and digits of every script
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError("a decimal string of at most 12 digits and 6 decimals is needed")
    return value


def _day_text(value: Any) -> Any:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("a day is needed: YYYY-MM-DD")
    return value


def _sensible_day(value: date) -> date:
    if not 1900 <= value.year <= 2200:
        raise ValueError("not between 1900 and 2200")
    return value


def _no_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("the character NUL is not allowed")
    return value


def _calendar_text(value: Any) -> Any:
    # pydantic also reads "1483271606" as a time; a client that sends that has mistaken the format
    if not isinstance(value, str) or not _CALENDAR.match(value):
        raise ValueError("a date as RFC 3339 writes it is needed")
    return value


def _sensible(value: datetime) -> datetime:
    if not 1900 <= value.year <= 2200:
        raise ValueError("not between 1900 and 2200")
    return value


def _not_ahead(value: datetime) -> datetime:
    if value > clock.now() + TOMORROW:
        raise ValueError("more than a day ahead")
    return value


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("not between 1900 and 2200") from None


def _known_currency(value: str) -> str:
    if value not in DECIMALS:
        raise ValueError("not a currency of ISO 4217")
    return value


def _plain(value: Decimal) -> str:
    return format(value, "f")


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Code = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Flag = StrictBool
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_no_nul)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_no_nul)]

Instant = Annotated[AwareDatetime, BeforeValidator(_calendar_text), AfterValidator(_utc), AfterValidator(_sensible)]
"""An instant with its offset, past or future; kept and judged in UTC, so that equal instants are equal texts."""

OccurredAt = Annotated[Instant, AfterValidator(_not_ahead)]
"""An instant at most a day ahead."""

Day = Annotated[date, BeforeValidator(_day_text), AfterValidator(_sensible_day)]
"""A day of the calendar, `YYYY-MM-DD`."""


class NewEntity(Request):
    """A body that creates something, under an id of the client's choice or ours."""

    id: Id | None = None

    def content(self, about: str = "") -> bytes:
        """A digest of what was said, the id apart: the same thing told twice has the same.

        `about`: what the path says of it, a customer. What was left at its default is left out, so that a field added
        later changes no digest of today.
        """
        said = self.model_dump_json(exclude={"id"}, exclude_defaults=True)
        return hashlib.sha256((about + said).encode()).digest()


_AS_TEXT = PlainSerializer(_plain, return_type=str)

Number = Annotated[
    Decimal,
    BeforeValidator(_decimal_text),
    _AS_TEXT,
    WithJsonSchema({"type": "string", "pattern": DECIMAL_PATTERN, "examples": ["12.50"]}),
]
"""An exact number of a request, not negative: a decimal string, never a JSON number."""

Amount = Number
"""An exact amount of money; its decimals are checked against its currency."""

Shown = Annotated[Decimal, _AS_TEXT, WithJsonSchema({"type": "string", "examples": ["12.50"]})]
"""An exact number of an answer, a plain decimal string. Without bounds: what was taken in can be shown."""

Currency = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{3}$"),
    AfterValidator(_known_currency),
]
