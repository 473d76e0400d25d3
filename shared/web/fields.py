"""Types of request fields: strict about what JSON holds, so that nothing is guessed or rounded."""

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
    Field,
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


class Request(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class View(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(from_attributes=True)


def _text_only(value: Any) -> Any:
    if not isinstance(value, str | date | Decimal):
        raise ValueError("a string is needed")
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
    return value.astimezone(UTC)


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

Instant = Annotated[AwareDatetime, BeforeValidator(_calendar_text), AfterValidator(_sensible), AfterValidator(_utc)]
"""An instant with its offset, past or future; kept in UTC, so that equal instants are equal texts."""

OccurredAt = Annotated[Instant, AfterValidator(_not_ahead)]
"""An instant at most a day ahead."""

Day = Annotated[date, BeforeValidator(_calendar_text)]

_DECIMAL_TEXT = WithJsonSchema({"type": "string", "pattern": r"^\d{1,15}(\.\d{1,6})?$", "examples": ["12.50"]})

Amount = Annotated[
    Decimal,
    BeforeValidator(_text_only),
    Field(ge=0, max_digits=18, decimal_places=4),
    PlainSerializer(_plain, return_type=str),
    _DECIMAL_TEXT,
]
"""An exact amount of money, a decimal string; its decimals are checked against its currency."""

Number = Annotated[
    Decimal,
    BeforeValidator(_text_only),
    Field(ge=0, max_digits=18, decimal_places=6),
    PlainSerializer(_plain, return_type=str),
    _DECIMAL_TEXT,
]

Currency = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{3}$"),
    AfterValidator(_known_currency),
]
