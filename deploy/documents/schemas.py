"""The JSON Schemas of the records on Kafka, envelope and data, made from the classes of `shared/events`.

They say what to write. Readers take a little more: unknown fields anywhere, numbers for decimal strings.
"""

import inspect
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from shared.events import Event, Payload, schema_uri

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"


class Written(GenerateJsonSchema):
    """Values as they stand in a record: decimals as strings, times with their offset. No look-aheads: RE2 has none."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """A decimal string without exponent. Raises `ValueError` for a bound other than zero from below."""
        above, least = schema.get("gt"), schema.get("ge")
        if schema.keys() & {"lt", "le", "multiple_of"} or {above, least} - {None, 0}:
            raise ValueError(f"no decimal string can be held to the bounds of {schema}")
        places = schema["decimal_places"]
        sign = "-?" if above is None and least is None else ""
        written = {
            "type": "string",
            "pattern": rf"^{sign}[0-9]{{1,{schema['max_digits'] - places}}}(\.[0-9]{{1,{places}}})?$",
        }
        return written if above is None else {**written, "not": {"pattern": "^[0.]+$"}}

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> JsonSchemaValue:
        """RFC 3339 with an offset, told by a pattern too: few validators look at formats."""
        return {"type": "string", "format": "date-time", "pattern": TIME}

    def field_title_should_be_set(self, schema: Any) -> bool:
        """No: a field's name is its title."""
        return False


def record_schema(payload: type[Payload]) -> Schema:
    """The schema of a whole record of this type; its `$id` is the `dataschema` that records carry."""
    envelope = Event.model_json_schema(schema_generator=Written)
    data = payload.model_json_schema(schema_generator=Written)
    definitions = data.pop("$defs", {})
    data.pop("description")
    return {
        "$schema": DIALECT,
        "$id": schema_uri(payload.TYPE),
        "title": payload.TYPE,
        "description": inspect.getdoc(payload),
        "type": "object",
        "properties": envelope["properties"] | {"type": {"const": payload.TYPE, "type": "string"}, "data": data},
        "required": ["specversion", *envelope["required"]],
        **({"$defs": definitions} if definitions else {}),
    }
