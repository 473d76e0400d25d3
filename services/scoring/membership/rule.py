"""The language of segments' rules: a JSON expression, checked part by part and never run as code.

`{"all": [...]}`, `{"any": [...]}`, `{"not": ...}`, or a comparison `{"field": ..., "is": ..., "value": ...}`. What is
not known fulfils no comparison but `unknown`; so the `not` of a comparison holds where the field is not known.
"""

from typing import Annotated, Any

import orjson
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    TypeAdapter,
    ValidationInfo,
    field_validator,
)
from pydantic import Field as Part

from services.scoring.membership.fields import CATALOGUE
from services.scoring.membership.operators import (
    COMPARED,
    MOST,
    ONE,
    OPERATORS,
    SEVERAL,
    WITHOUT_VALUE,
    Operator,
    fault,
)
from services.scoring.membership.segments import Fields
from services.scoring.metrics.rules import DEFAULT_RULES

FIELDS_AT = "GET /v1/segment-fields"
LIMITS = DEFAULT_RULES.segments


_Value = bool | float | str | list[float | str] | None


class _Form(BaseModel):
    """One form of an expression: strict about its parts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def holds(self, fields: Fields) -> bool:
        """Whether it does of the customer with these fields."""
        raise NotImplementedError

    def named(self) -> frozenset[str]:
        """The fields that it asks of."""
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        """The expression as it is written."""
        raise NotImplementedError


class All(_Form):
    """Holds where every part does."""

    all: Annotated[list["Expression"], Part(min_length=1, max_length=MOST)]

    def holds(self, fields: Fields) -> bool:
        """Whether every part does."""
        return all(part.holds(fields) for part in self.all)

    def named(self) -> frozenset[str]:
        """The fields of every part."""
        return frozenset().union(*(part.named() for part in self.all))

    def to_json(self) -> dict[str, Any]:
        """`{all: [part]}`."""
        return {"all": [part.to_json() for part in self.all]}


class AnyOf(_Form):
    """Holds where at least one part does."""

    any: Annotated[list["Expression"], Part(min_length=1, max_length=MOST)]

    def holds(self, fields: Fields) -> bool:
        """Whether a part does."""
        return any(part.holds(fields) for part in self.any)

    def named(self) -> frozenset[str]:
        """The fields of every part."""
        return frozenset().union(*(part.named() for part in self.any))

    def to_json(self) -> dict[str, Any]:
        """`{any: [part]}`."""
        return {"any": [part.to_json() for part in self.any]}


class Not(_Form):
    """Holds where the part does not."""

    not_: Annotated["Expression", Part(alias="not")]

    def holds(self, fields: Fields) -> bool:
        """Whether the part does not."""
        return not self.not_.holds(fields)

    def named(self) -> frozenset[str]:
        """The fields of the part."""
        return self.not_.named()

    def to_json(self) -> dict[str, Any]:
        """`{not: part}`."""
        return {"not": self.not_.to_json()}


class Comparison(_Form):
    """Holds a field against a value of its type; `in`: against a list; `known`, `unknown`: against nothing."""

    field: Annotated[str, Part(strict=True, max_length=100, description=f"{FIELDS_AT} lists them")]
    is_: Annotated[Operator, Part(alias="is")]
    value: Annotated[_Value, Part(validate_default=True)] = None

    @field_validator("field")
    @classmethod
    def _there(cls, name: str) -> str:
        if name not in CATALOGUE:
            raise fault(f"there is no such field: {FIELDS_AT} lists them")
        return name

    @field_validator("is_")
    @classmethod
    def _fits(cls, operator: Operator, info: ValidationInfo) -> Operator:
        kind = CATALOGUE.get(info.data.get("field", ""))
        if kind is not None and operator not in OPERATORS[kind.type]:
            raise fault(f"{kind.name} is a {kind.type}: one of {', '.join(OPERATORS[kind.type])} is needed")
        return operator

    @field_validator("value", mode="plain", json_schema_input_type=_Value)
    @classmethod
    def _typed(cls, value: object, info: ValidationInfo) -> object:
        name, operator = info.data.get("field"), info.data.get("is_")
        if name is None or operator is None:
            return None  # what is wrong is told there
        if operator in WITHOUT_VALUE:
            if value is not None:
                raise fault(f"with {operator} there is no value")
            return None
        return (SEVERAL if operator == "in" else ONE)[name].validate_python(value)

    def holds(self, fields: Fields) -> bool:
        """Whether it does; of what is not known, `unknown` alone."""
        found = fields[self.field]
        if found is None or self.is_ in WITHOUT_VALUE:
            return (found is None) == (self.is_ == "unknown")
        return COMPARED[self.is_](found, self.value)

    def named(self) -> frozenset[str]:
        """The one field."""
        return frozenset((self.field,))

    def to_json(self) -> dict[str, Any]:
        """`{field, is, value}`, without a value where none is taken."""
        told: dict[str, Any] = {"field": self.field, "is": self.is_}
        return told if self.is_ in WITHOUT_VALUE else told | {"value": self.value}


_FORMS: dict[str, type[_Form]] = {"all": All, "any": AnyOf, "not": Not, "field": Comparison}


def _formed(told: object) -> object:
    # A union would tell the names of its members as parts of the place where the fault is.
    if isinstance(told, dict):
        for key, form in _FORMS.items():
            if key in told:
                return form.model_validate(told)
    raise fault("one of all, any, not, or a field with is and value is needed")


Form = All | AnyOf | Not | Comparison
Expression = Annotated[
    Form,
    PlainValidator(_formed, json_schema_input_type=Form),
]


def _bounded(told: object) -> object:
    """Looked at before anything follows the nesting, which a client may drive as deep as it likes."""
    nodes, layer, depth = 0, [told], 0
    while layer:
        nodes, depth = nodes + len(layer), depth + 1
        if nodes > LIMITS.nodes or depth > LIMITS.depth:
            raise fault(f"at most {LIMITS.nodes} groups and comparisons, {LIMITS.depth} within each other")
        layer = [part for each in layer for part in _parts(each)]
    return told


def _parts(told: object) -> list[object]:
    if not isinstance(told, dict):
        return []
    groups = [group for key in ("all", "any") if isinstance(group := told.get(key), list)]
    return [*[part for group in groups for part in group], *([told["not"]] if "not" in told else [])]


Rule = Annotated[Expression, BeforeValidator(_bounded)]
"""A whole rule, as it comes and as it is kept."""

for _form in _FORMS.values():
    _form.model_rebuild()
_RULE: TypeAdapter[Any] = TypeAdapter(Rule)


def rule_of(text: bytes | str) -> Form:
    """The rule that `text_of` wrote. Raises `ValueError` for anything else."""
    rule: Form = _RULE.validate_json(text)
    return rule


def text_of(rule: Form) -> str:
    """The rule as JSON; equal rules are equal texts."""
    text: bytes = orjson.dumps(rule.to_json())
    return text.decode()
