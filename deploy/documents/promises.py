"""What was promised of each event type, kept apart from the classes: `docs/adr/0015-promises-kept-apart.md`.

A promise only ever grows. What is in it holds for every record of the type, written before or to be written:
so any reader, old or new, reads any record, old or new.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.documents.fields import fields
from deploy.documents.schemas import Schema, record_schema
from shared.events import REGISTRY

Promise = Mapping[str, Any]
"""By path, the rule that a field's values keep, and whether it is required."""


class BrokenPromiseError(Exception):
    """The classes no longer keep what was promised; the text says where, a line each."""


def promise_of(schema: Schema, topic: str) -> Promise:
    """What a record's schema promises; documentation is no part of it. The topic is: readers look for it there."""
    found = {path: {**_unordered(field.rule), "required": field.required} for path, field in fields(schema).items()}
    return found | {"": {"topic": topic}}


def _unordered(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**rule, "enum": sorted(rule["enum"])} if "enum" in rule else rule


def current() -> dict[str, Promise]:
    """By type, what the classes keep now."""
    return {name: promise_of(record_schema(payload), payload.TOPIC.name) for name, payload in REGISTRY.items()}


def kept_in(folder: Path) -> dict[str, Promise]:
    """By type, what was promised."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def breaks(promised: Mapping[str, Promise], now: Mapping[str, Promise]) -> Iterator[str]:
    """What is promised and no longer kept, a line each. New types and new optional fields are no breaks."""
    for name in sorted(promised):
        if name not in now:
            yield f"{name} is gone"
        else:
            yield from (f"{name}: {what}" for what in _broken(promised[name], now[name]))


def _broken(promised: Promise, now: Promise) -> Iterator[str]:
    for path, rule in promised.items():
        if path not in now:
            yield f"{path} is gone"
        elif now[path] != rule:
            yield f"{path or 'the record'} was {_line(rule)} and is {_line(now[path])}"
    for path in now.keys() - promised.keys():
        parent = path.rpartition(".")[0]
        if now[path]["required"] and parent in promised:
            yield f"{path} is new and required"


def demand_kept(folder: Path, now: Mapping[str, Promise]) -> None:
    """Raises `BrokenPromiseError` unless `now` keeps every promise in the folder."""
    if broken := list(breaks(kept_in(folder), now)):
        raise BrokenPromiseError("\n".join(broken))


def text(promise: Promise) -> str:
    """A promise's file: a field a line, so that a change of one that was there stands out as a line removed."""
    lines = (f"  {json.dumps(path)}: {_line(promise[path])}" for path in sorted(promise))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(rule: Any) -> str:
    return json.dumps(rule, sort_keys=True, ensure_ascii=False)
