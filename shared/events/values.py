"""Values that several contracts share: ids, codes, times and money as they stand in JSON."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

ID_PATTERN = r"^[A-Za-z0-9._-]{1,64}$"
KEY_PATTERN = r"^([a-z]+:)?[A-Za-z0-9._-]{1,64}$"

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""An entity's id: 1–64 characters of `A-Za-z0-9._-`, never personal."""

PartitionKey = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
"""A customer's id, or `<entity>:<id>` (`store:330`, `category:GROCERY`) for what no customer did."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""A word from a list (category, reason, region): never free text."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 code."""

Number = Annotated[
    Decimal,
    Field(max_digits=24, decimal_places=6, allow_inf_nan=False),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
]
"""An exact number, in JSON a decimal string without exponent: `"12.50"`."""

Quantity = Annotated[Number, Field(ge=0)]


def _no_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("the character NUL is not allowed")
    return value


Text = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_no_nul)]
"""A short text that a database can hold."""

Count = Annotated[int, Field(ge=0, le=1_000_000_000)]


def _sensible(value: datetime) -> datetime:
    # Arithmetic with days and zones overflows at the ends of the calendar: one such event would stop us all.
    try:
        year = value.astimezone(UTC).year
    except OverflowError:
        year = 0
    if not 1900 <= year <= 2200:
        raise ValueError("not between 1900 and 2200")
    return value


def _rfc3339(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


Time = Annotated[AwareDatetime, AfterValidator(_sensible), PlainSerializer(_rfc3339, return_type=str, when_used="json")]
"""An instant, RFC 3339 with its offset, between 1900 and 2200 (UTC)."""


class Value(BaseModel):
    """What every part of a contract is: immutable, tolerant of fields it does not know yet."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, serialize_by_alias=True)


class Money(Value):
    """An exact amount in one currency, not negative; `amount` is a decimal string in JSON."""

    amount: Quantity
    currency: Currency
