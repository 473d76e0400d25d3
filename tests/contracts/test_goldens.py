"""The contracts keep their word: what an earlier version wrote still reads, field by field."""

import json

import pytest

from deploy.documents.fields import fields
from deploy.documents.schemas import record_schema
from services.scoring.facts.projection import NO_FACT, PROJECTIONS
from shared.events import REGISTRY, TOPICS, ContractError, UnknownTypeError, decode
from tests.contracts.records import GOLDENS, paths, raw


def test_W02_every_type_has_a_golden_and_a_projection() -> None:
    assert set(GOLDENS) == set(REGISTRY)
    assert set(PROJECTIONS) | NO_FACT == set(REGISTRY.values())
    assert not set(PROJECTIONS) & NO_FACT


@pytest.mark.parametrize("name", sorted(GOLDENS))
def test_W02_a_golden_reads_and_writes_the_same(name: str) -> None:
    event = decode(raw(GOLDENS[name]))
    assert type(event.data) is REGISTRY[name]
    assert json.loads(event.to_json()) == GOLDENS[name]
    assert event.data.TOPIC in TOPICS
    project = PROJECTIONS.get(type(event.data))
    assert (project is None) == (type(event.data) in NO_FACT)
    assert project is None or project(event.data) is not None


@pytest.mark.parametrize("name", sorted(GOLDENS))
def test_W02_a_golden_uses_every_field(name: str) -> None:
    """A field that no golden holds could be removed or retyped unseen."""
    data = {path for path in fields(record_schema(REGISTRY[name])) if path.startswith("data")}
    assert data <= paths(GOLDENS[name])


@pytest.mark.parametrize("name", sorted(GOLDENS))
def test_W02_an_unknown_field_is_ignored(name: str) -> None:
    golden = GOLDENS[name]
    newer = golden | {"newextension": "x", "data": golden["data"] | {"new_field": {"a": 1}}}
    assert decode(raw(newer)) == decode(raw(golden))


@pytest.mark.parametrize("name", sorted(GOLDENS))
def test_W02_a_missing_required_attribute_is_refused(name: str) -> None:
    for attribute in ("id", "source", "time", "recordedtime", "subject", "partitionkey", "data"):
        with pytest.raises(ContractError, match=attribute):
            decode(raw({key: value for key, value in GOLDENS[name].items() if key != attribute}))


def test_W02_an_unknown_type_is_told_apart() -> None:
    golden = GOLDENS["crm.visit.started.v1"]
    with pytest.raises(UnknownTypeError):
        decode(raw(golden | {"type": "crm.visit.started.v2"}))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("crm.visit.started.v2", "crm.visit.started.v2"),
        *[(name, "?") for name in ("Asha Rao called", "asha@example.com", "crm.x\n", "x" * 65, "é")],
    ],
)
def test_W02_an_unknown_types_text_is_not_repeated(name: str, shown: str) -> None:
    with pytest.raises(UnknownTypeError) as refused:
        decode(raw(GOLDENS["crm.visit.started.v1"] | {"type": name}))
    assert str(refused.value) == f"unknown event type {shown}"


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e5x", "1.0000001", "9" * 30])
def test_W02_money_that_is_no_exact_amount_is_refused(amount: str) -> None:
    golden = json.loads(raw(GOLDENS["crm.purchase.completed.v1"]))
    golden["data"]["lines"][0]["paid_amount"]["amount"] = amount
    with pytest.raises(ContractError, match="paid_amount"):
        decode(raw(golden))


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("subject", "a\x00b"),
        ("id", "\x00"),
        ("time", "0001-01-01T00:00:00+05:00"),
        ("recordedtime", "9999-12-31T23:59:59-05:00"),
        ("time", "1900-01-01T00:00:00+23:59"),
        ("recordedtime", "2200-12-31T23:59:59-23:59"),
        ("time", "2026-01-01T00:00:00"),
    ],
)
def test_W02_what_no_database_or_calendar_holds_is_refused(attribute: str, value: str) -> None:
    """Other systems publish too: one odd record must not stop everybody's."""
    with pytest.raises(ContractError, match=attribute):
        decode(raw(GOLDENS["crm.visit.started.v1"] | {attribute: value}))


def test_W02_numbers_beyond_reason_are_refused() -> None:
    golden = json.loads(raw(GOLDENS["crm.visit.started.v1"]))
    golden["data"]["seconds_to_welcome"] = 2**70
    with pytest.raises(ContractError, match="seconds_to_welcome"):
        decode(raw(golden))


def test_W02_a_purchase_is_in_one_currency() -> None:
    golden = json.loads(raw(GOLDENS["crm.purchase.completed.v1"]))
    golden["data"]["lines"][1]["paid_amount"]["currency"] = "EUR"
    with pytest.raises(ContractError, match="one currency"):
        decode(raw(golden))
