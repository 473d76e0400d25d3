"""Request fields of this service beside the shared ones: exact numbers as text, and times within reason."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

from pydantic import StringConstraints, ValidationError, WrapValidator
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.web import fields

# A pattern is checked ten times as fast as a Decimal is made, and a bill has dozens of numbers.
Decimals = Annotated[str, StringConstraints(pattern=fields.DECIMAL_PATTERN)]
"""What `fields.Number` takes, kept as text."""

Place = tuple[str | int, ...]
"""Where in a body: `("lines", 0, "paid_amount")`."""


def _within_reason(value: Any, read: Callable[[Any], datetime]) -> datetime:
    # Arithmetic with zones overflows at the ends of Python's calendar.
    with suppress(OverflowError):
        moment = read(value)
        if 1900 <= moment.year <= 2200:
            return moment
    raise ValueError("not between 1900 and 2200")


Planned = Annotated[fields.Instant, WrapValidator(_within_reason)]
"""An instant with its offset, past or future."""


def refuse(*faults: tuple[Place, str]) -> None:
    """Raises the validation error that names these places, for rules that look at several fields at once."""
    if faults:
        errors = [
            InitErrorDetails(type=PydanticCustomError("rule", "{told}", {"told": told}), loc=place, input=None)
            for place, told in faults
        ]
        raise ValidationError.from_exception_data("request", errors)
