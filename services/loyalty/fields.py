"""Request fields of this service beside the shared ones: exact numbers as text."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import StringConstraints, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.web import fields

# A pattern is checked ten times as fast as a Decimal is made, and a bill has dozens of numbers.
Decimals = Annotated[str, StringConstraints(pattern=fields.DECIMAL_PATTERN)]
"""What `fields.Number` takes, kept as text."""

Place = tuple[str | int, ...]
"""Where in a body: `("lines", 0, "paid_amount")`."""

Fault = tuple[Place, str]
"""Where, and what is wrong there."""


Planned = fields.Instant
"""An instant with its offset, past or future."""


def repeated(lines: Iterable[int]) -> Iterator[Fault]:
    """What is wrong with line numbers of a bill that are told more than once, in the field `lines`."""
    seen: set[int] = set()
    for number, line in enumerate(lines):
        if line in seen:
            yield ("lines", number, "line"), "the line is here twice"
        seen.add(line)


def refuse(*faults: Fault) -> None:
    """Raises the validation error that names these places, for rules that look at several fields at once."""
    if faults:
        errors = [
            InitErrorDetails(type=PydanticCustomError("rule", "{told}", {"told": told}), loc=place, input=None)
            for place, told in faults
        ]
        raise ValidationError.from_exception_data("request", errors)
