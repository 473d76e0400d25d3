"""A schema as a flat list of fields: `data.lines[].category`, `data.cs.*`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deploy.documents.schemas import Schema

NOTES = {"title", "description", "$schema", "$id", "$defs"}
STRUCTURE = {"properties", "required", "items", "additionalProperties", "patternProperties"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `rule`: the keywords that its values keep; `title`: of its class, where it has one."""

    rule: dict[str, Any]
    required: bool
    title: str
    description: str


def fields(schema: Schema) -> dict[str, Field]:
    """By path, the fields of a record; the record itself is the path ``. Raises `ValueError` for unions."""
    return dict(_walk(schema, "", schema.get("$defs", {}), required=True))


def _walk(node: Schema, path: str, definitions: Schema, *, required: bool) -> Iterator[tuple[str, Field]]:
    node = _resolved(node, definitions)
    rule = {key: value for key, value in node.items() if key not in NOTES | STRUCTURE}
    if node.get("additionalProperties") is False:
        rule["additionalProperties"] = False
    if names := node.get("patternProperties"):
        rule["propertyNames"] = {"pattern": "|".join(names)}
    if "$ref" in json.dumps(rule):
        raise ValueError(f"{path}: a union of objects; nothing compares it")
    yield path, Field(rule, required, node.get("title", ""), node.get("description", ""))
    for name, child in node.get("properties", {}).items():
        own = f"{path}.{name}".lstrip(".")
        yield from _walk(child, own, definitions, required=name in node.get("required", ()))
    for suffix, child in _elements(node):
        yield from _walk(child, path + suffix, definitions, required=False)


def _resolved(node: Schema, definitions: Schema) -> Schema:
    """References followed; `X | None` as X that is `nullable`. What the field itself says goes before its class."""
    beside = {key: value for key, value in node.items() if key not in {"$ref", "anyOf"}}
    if "$ref" in node:
        return _resolved(definitions[node["$ref"].rpartition("/")[2]], definitions) | beside
    options = [option for option in node.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        return _resolved(options[0], definitions) | beside | {"nullable": True}
    return node


def _elements(node: Schema) -> Iterator[tuple[str, Schema]]:
    if "items" in node:
        yield "[]", node["items"]
    values = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
    yield from ((".*", value) for value in values if isinstance(value, dict))
