"""What was promised stays: each kind of break is seen, and what may grow does."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.documents.__main__ import main
from deploy.documents.files import PROMISES, ROOT
from deploy.documents.promises import Promise, breaks, current, kept_in, promise_of
from deploy.documents.schemas import record_schema
from shared.events.purchases import PurchaseCompleted

Schema = dict[str, Any]
NAME = PurchaseCompleted.TYPE
SCHEMA = record_schema(PurchaseCompleted)
TOPIC = PurchaseCompleted.TOPIC.name


def data(schema: Schema) -> Schema:
    """Where `data` is declared."""
    found: Schema = schema["properties"]["data"]
    return found


def line(schema: Schema) -> Schema:
    """Where a line's fields are declared."""
    found: Schema = schema["$defs"]["PurchasedLine"]["properties"]
    return found


def require(place: Schema, name: str, rule: Schema) -> None:
    """Declare a required field."""
    place["properties"][name] = rule
    place["required"].append(name)


def found(change: Callable[[Schema], object], topic: str = TOPIC) -> list[str]:
    """The breaks of a promise by a schema that was changed."""
    schema = copy.deepcopy(SCHEMA)
    change(schema)
    return list(breaks({NAME: promise_of(SCHEMA, TOPIC)}, {NAME: promise_of(schema, topic)}))


KINDS = SCHEMA["$defs"]["PurchasedLine"]["properties"]["discount_kind"]["anyOf"][0]["enum"]
GIFT = {"type": "object", "properties": {"cost": {"$ref": "#/$defs/Money"}}, "required": ["cost"]}
BREAKS: dict[str, tuple[str, Callable[[Schema], object]]] = {
    "removed": ("data.channel", lambda s: data(s)["properties"].pop("channel")),
    "removed within a line": ("data.lines[].tier", lambda s: line(s).pop("tier")),
    "removed from the envelope": ("storeid", lambda s: s["properties"].pop("storeid")),
    "retyped": ("data.lines[].quantity", lambda s: line(s).update(quantity={"type": "number"})),
    "no list any more": ("data.lines", lambda s: data(s)["properties"].update(lines={"type": "string"})),
    "new and required": ("data.till", lambda s: require(data(s), "till", {"type": "string"})),
    "new and required within a line": (
        "data.lines[].tax",
        lambda s: require(s["$defs"]["PurchasedLine"], "tax", {"$ref": "#/$defs/Money"}),
    ),
    "required where it was optional": ("data.channel", lambda s: data(s)["required"].append("channel")),
    "optional where it was required": ("data.lines", lambda s: data(s)["required"].remove("lines")),
    "no null any more": ("data.channel", lambda s: data(s)["properties"].update(channel={"type": "string"})),
    "fewer values": (
        "data.lines[].discount_kind",
        lambda s: line(s)["discount_kind"]["anyOf"][0].update(enum=["volume"]),
    ),
    "more values": (
        "data.lines[].discount_kind",
        lambda s: line(s)["discount_kind"]["anyOf"][0].update(enum=[*KINDS, "gift"]),
    ),
    "tighter bounds": ("data.lines[].level", lambda s: line(s)["level"]["anyOf"][0].update(maximum=9)),
    "wider bounds": ("subject", lambda s: s["properties"]["subject"].update(maxLength=500)),
    "another pattern": ("data.lines[].category", lambda s: line(s)["category"].update(pattern="^[A-Z]+$")),
    "unknown fields refused": ("data", lambda s: data(s).update(additionalProperties=False)),
    "another default": ("data.lines[].available", lambda s: line(s)["available"].update(default=False)),
}
GROWTH: dict[str, Callable[[Schema], object]] = {
    "nothing": copy.copy,
    "a new optional field": lambda s: data(s)["properties"].update(till={"type": "string"}),
    "a new optional field within a line": lambda s: line(s).update(gift={"type": "boolean", "default": False}),
    "a new optional part, which requires something": lambda s: data(s)["properties"].update(gift=GIFT),
    "a new attribute of the envelope": lambda s: s["properties"].update(tenant={"type": "string"}),
    "another description": lambda s: s.update(description="A bill was paid, at last."),
    "another order of values": lambda s: line(s)["discount_kind"]["anyOf"][0].update(enum=KINDS[::-1]),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_W02_a_break_is_seen(kind: str) -> None:
    path, change = BREAKS[kind]
    seen = found(change)
    assert len([what for what in seen if what.startswith(f"{NAME}: {path} ")]) == 1, seen


@pytest.mark.parametrize("kind", GROWTH)
def test_W02_a_type_may_grow(kind: str) -> None:
    assert found(GROWTH[kind]) == []


def test_W02_a_type_that_vanished_is_seen_and_a_new_one_is_none() -> None:
    promise: Promise = promise_of(SCHEMA, TOPIC)
    assert list(breaks({NAME: promise}, {})) == [f"{NAME} is gone"]
    assert list(breaks({}, {NAME: promise})) == []


def test_W02_a_type_stays_in_its_topic() -> None:
    assert "the record was" in found(copy.copy, topic="crm.visits")[0]


def test_W02_the_classes_keep_every_promise_and_every_field_is_promised() -> None:
    assert kept_in(ROOT / PROMISES) == current()


def test_W02_writing_the_documents_does_not_wash_a_break_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copytree(ROOT / PROMISES, tmp_path / PROMISES)
    path, stale = tmp_path / PROMISES / f"{NAME}.json", tmp_path / "docs/asyncapi.yaml"
    promised = json.loads(path.read_text("utf-8")) | {"data.till": {"required": False, "type": "string"}}
    path.write_text(json.dumps(promised), "utf-8")
    stale.write_text("stale", "utf-8")
    assert main([], tmp_path) == main(["--check"], tmp_path) == 1
    assert f"{NAME}: data.till is gone" in capsys.readouterr().err
    assert json.loads(path.read_text("utf-8")) == promised
    assert stale.read_text("utf-8") == "stale"
