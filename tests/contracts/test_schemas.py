"""The JSON Schemas in the documents say what a record is, to anybody who validates."""

import copy
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel

from deploy.documents.files import ROOT
from shared.events import REGISTRY, schema_uri
from shared.events.values import Value
from tests.contracts.records import GOLDENS

SCHEMAS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "docs/schemas").glob("*.json"))
}
DATES = FormatChecker(["date"])
NOT_A_RECORD = [
    ("crm.purchase.completed.v1", "data/lines/0/paid_amount/amount", 9.5),
    ("crm.purchase.completed.v1", "data/lines/0/paid_amount/amount", "-9.50"),
    ("crm.purchase.completed.v1", "data/lines/0/paid_amount/amount", "1e3"),
    ("crm.purchase.completed.v1", "data/lines/0/paid_amount/amount", "1.0000001"),
    ("crm.purchase.completed.v1", "data/lines/0/paid_amount/currency", "usd"),
    ("crm.purchase.completed.v1", "data/lines/0/category", "two words"),
    ("crm.purchase.completed.v1", "data/lines/0/tailored", "yes"),
    ("crm.purchase.completed.v1", "data/lines", []),
    ("crm.purchase.returned.v1", "data/lines/0/line", 0),
    ("crm.purchase.returned.v1", "data/reason", "no_such_reason"),
    ("crm.survey.answered.v1", "data/factors/0/expectation", 8),
    ("crm.survey.answered.v1", "data/nps", 11),
    ("crm.objective.set.v1", "data/target", "0.00"),
    ("crm.objective.progressed.v1", "data/progress", "+1"),
    ("crm.customer.changed.v1", "data/completeness", 1.5),
    ("crm.scorecard.updated.v1", "data/bonds/chemical", 1.0),
    ("crm.category.offered.v1", "data/offered_from", "2016-13-01"),
    ("crm.visit.started.v1", "time", "2026-03-01T12:00:00"),
    ("crm.visit.started.v1", "time", "1772366400"),
    ("crm.visit.started.v1", "type", "crm.visit.ended.v1"),
    ("crm.visit.started.v1", "specversion", "0.3"),
    ("crm.visit.started.v1", "partitionkey", "not a key"),
    ("crm.visit.started.v1", "subject", ""),
]


def holds(name: str, record: object) -> bool:
    """Whether the schema of type `name` takes the record."""
    return Draft202012Validator(SCHEMAS[name], format_checker=DATES).is_valid(record)


def changed(record: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """The record with another value at `path`."""
    record = copy.deepcopy(record)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    place: Any = record
    for parent in parents:
        place = place[parent]
    place[last] = value
    return record


def test_W02_every_type_has_a_schema_under_the_address_that_records_carry() -> None:
    assert set(SCHEMAS) == set(REGISTRY)
    for name, schema in SCHEMAS.items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == schema_uri(name) == GOLDENS[name]["dataschema"]


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_W02_a_golden_is_what_its_schema_says_and_may_say_more(name: str) -> None:
    golden = GOLDENS[name]
    assert holds(name, golden)
    assert holds(name, golden | {"newextension": "x", "data": golden["data"] | {"new_field": {"a": 1}}})


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_W02_a_schema_demands_what_is_required(name: str) -> None:
    golden, schema = GOLDENS[name], SCHEMAS[name]
    for attribute in schema["required"]:
        assert not holds(name, {key: value for key, value in golden.items() if key != attribute})
    for field in schema["properties"]["data"].get("required", ()):
        rest = {key: value for key, value in golden["data"].items() if key != field}
        assert not holds(name, golden | {"data": rest})


@pytest.mark.parametrize(("name", "path", "value"), NOT_A_RECORD)
def test_W02_what_is_no_record_is_none_to_the_schema(name: str, path: str, value: object) -> None:
    assert not holds(name, changed(GOLDENS[name], path, value))


def declared(kind: type[BaseModel]) -> set[type[BaseModel]]:
    """The kind and all that derives from it."""
    return {kind}.union(*(declared(child) for child in kind.__subclasses__()))


def test_W02_no_field_names_a_bound_twice() -> None:
    """The bounds of the alias would win over the field's own, which then bind nobody."""
    for kind in declared(Value):
        for name, field in kind.model_fields.items():
            bounds = [type(bound).__name__ for bound in field.metadata if type(bound).__module__ == "annotated_types"]
            assert len(bounds) == len(set(bounds)), f"{kind.__name__}.{name}: {field.metadata}"
