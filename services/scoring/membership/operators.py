"""What a field can be held against: the operators of each type, and what their values must look like."""

import operator
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, StrictBool, StringConstraints, TypeAdapter
from pydantic import Field as Part
from pydantic_core import PydanticCustomError

from services.scoring.membership.fields import CATALOGUE, FieldKind, FieldType

Operator = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "known", "unknown"]
MOST = 100
"""Parts of one group, and values that one `in` looks among."""

_ALIKE: tuple[Operator, ...] = ("eq", "ne", "in", "known", "unknown")
OPERATORS: Mapping[FieldType, tuple[Operator, ...]] = {
    "number": ("eq", "ne", "lt", "le", "gt", "ge", "in", "known", "unknown"),
    "text": _ALIKE,
    "choice": _ALIKE,
    "flag": ("eq", "ne", "known", "unknown"),
}
WITHOUT_VALUE = ("known", "unknown")

COMPARED: Mapping[Operator, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "in": lambda found, values: found in values,
}
"""How a known field is held against a value."""


def fault(told: str) -> PydanticCustomError:
    """An error of validation that says this."""
    return PydanticCustomError("rule", "{told}", {"told": told})


def _no_nul(value: str) -> str:
    if "\x00" in value:
        raise fault("the character NUL is not allowed")
    return value


_Number = Annotated[float, Part(strict=True, ge=-1e12, le=1e12, allow_inf_nan=False)]
_Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200), AfterValidator(_no_nul)]


def _value(kind: FieldKind) -> Any:
    if kind.type == "choice":
        return Literal[kind.values]
    types: Mapping[FieldType, Any] = {"number": _Number, "text": _Text, "flag": StrictBool}
    return types[kind.type]


def _several(value: Any) -> Any:
    return Annotated[list[value], Part(min_length=1, max_length=MOST)]


ONE: Mapping[str, TypeAdapter[Any]] = {name: TypeAdapter(_value(kind)) for name, kind in CATALOGUE.items()}
"""By field, what a single value must be."""

SEVERAL: Mapping[str, TypeAdapter[Any]] = {
    name: TypeAdapter(_several(_value(kind))) for name, kind in CATALOGUE.items()
}
"""By field, what the values of `in` must be."""
