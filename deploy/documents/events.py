"""The generated part of `docs/events.md`: topics, types and fields in words."""

import inspect
import json
from collections.abc import Iterator, Mapping

from deploy.documents import topics
from deploy.documents.fields import Field, fields
from deploy.documents.schemas import record_schema
from deploy.documents.words import kind
from shared.events import TOPICS, Event, Money, Payload, Topic

MARK = "<!-- Made from shared/events by `make docs` from here on; what stands above is written by hand. -->"
TABLE = "| field | type | required | meaning |\n| --- | --- | --- | --- |\n"


def page(before: str) -> str:
    """The page anew: its hand-written head is kept. Raises `ValueError` where the mark is gone."""
    head, mark, _ = before.partition(MARK)
    if not mark:
        raise ValueError(f"docs/events.md lacks the line {MARK}")
    return head + "\n\n".join(_parts()) + "\n"


def _parts() -> Iterator[str]:
    yield MARK
    yield "## The envelope"
    yield inspect.getdoc(Event) or ""
    yield TABLE + _rows(_attributes())
    for topic in TOPICS:
        yield from _topic(topic)


def _topic(topic: Topic) -> Iterator[str]:
    purpose = topics.purpose(topic)
    yield f"## `{topic.name}`"
    yield purpose[:1].upper() + purpose[1:]
    yield (
        f"Written by {', '.join(topics.owners(topic))}; read by {', '.join(topic.readers) or 'none of ours'}. "
        f"Key: {topics.key(topic)}. Kept: {topics.retention(topic)}. Partitions: {topic.partitions}."
    )
    for payload in topics.types(topic):
        yield from _type(payload)


def _type(payload: type[Payload]) -> Iterator[str]:
    yield f"### `{payload.TYPE}`"
    yield inspect.getdoc(payload) or ""
    found = fields(record_schema(payload))
    data = {path.removeprefix("data."): field for path, field in found.items() if path.startswith("data.")}
    if data:
        yield TABLE + _rows(data)


def _attributes() -> dict[str, Field]:
    """The envelope's, of which `type` alone has a value of its own in each type."""
    found = fields(record_schema(topics.types(TOPICS[0])[0]))
    attributes = {path: field for path, field in found.items() if path and not path.startswith("data.")}
    return attributes | {"type": Field({"type": "string"}, True, "", "the event type, with its version")}


def _rows(found: Mapping[str, Field]) -> str:
    # What money is, the page says once; a list's or a table's own line would say nothing that its field doesn't.
    money = {f"{path}.{part}" for path in found if found[path].title == "Money" for part in Money.model_fields}
    shown = [path for path in found if path not in money and not path.endswith(("[]", ".*"))]
    return "\n".join(_row(found, path) for path in shown)


def _row(found: Mapping[str, Field], path: str) -> str:
    field = found[path]
    default = field.rule.get("default")
    absent = "" if default is None or field.required else f"`{json.dumps(default)}` when absent"
    told = "" if field.title == "Money" else field.description
    meaning = "; ".join(filter(None, (told, absent)))
    return f"| `{path}` | {kind(found, path)} | {'yes' if field.required else 'no'} | {meaning} |"
