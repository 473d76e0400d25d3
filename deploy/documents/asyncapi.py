"""The AsyncAPI 3.0 document: topics are channels, event types are messages, services send and receive."""

import inspect
from typing import Any

import yaml

from deploy.documents import topics
from shared.events import REGISTRY, TOPICS, Payload, Topic
from shared.events.values import KEY_PATTERN

HEAD = "# Made from shared/events by `make docs`; `make check` demands that it is up to date.\n"
BINDING = "0.5.0"
KEY = {"type": "string", "pattern": KEY_PATTERN, "description": "the event's `partitionkey`"}
DESCRIPTION = """\
CloudEvents 1.0 in structured JSON. `docs/events.md` tells how to consume and how to publish.
A reader ignores fields that it does not know; a type only ever gains optional fields, all else is a new version."""
Document = dict[str, Any]


def document() -> Document:
    """The whole document; the payloads' schemas are files beside it."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Elevenfold events", "version": "1", "description": DESCRIPTION},
        "defaultContentType": "application/cloudevents+json",
        "servers": {"kafka": _server()},
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {name: operation for topic in TOPICS for name, operation in _operations(topic).items()},
        "components": {
            "messages": {name: _message(payload) for name, payload in REGISTRY.items()} | {"dead-letter": _anything()},
            "messageTraits": {"record": {"bindings": {"kafka": {"key": KEY, "bindingVersion": BINDING}}}},
        },
    }


def text() -> str:
    """The document as YAML."""
    return HEAD + yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=120)


def _server() -> Document:
    where = {"description": "the brokers of your installation, `host:port`"}
    return {"host": "{bootstrap}", "protocol": "kafka", "variables": {"bootstrap": where}}


def _channel(topic: Topic) -> Document:
    policy = "compact" if topic.compacted else "delete"
    kept = {"cleanup.policy": [policy], "retention.ms": topic.retention_ms}
    binding = {"partitions": topic.partitions, "topicConfiguration": kept, "bindingVersion": BINDING}
    return {
        "address": topic.name,
        "summary": topics.purpose(topic),
        "description": f"Key: {topics.key(topic)}. Kept: {topics.retention(topic)}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _messages(topic)},
        "bindings": {"kafka": binding},
    }


def _messages(topic: Topic) -> list[str]:
    return [payload.TYPE for payload in topics.types(topic)] or ["dead-letter"]


def _operations(topic: Topic) -> dict[str, Document]:
    channel = {"$ref": f"#/channels/{topic.name}"}
    sent = {f"{owner}.sends.{topic.name}": {"action": "send", "channel": channel} for owner in topics.owners(topic)}
    read = {f"{reader}.receives.{topic.name}": {"action": "receive", "channel": channel} for reader in topic.readers}
    return sent | read


def _message(payload: type[Payload]) -> Document:
    summary, _, more = (inspect.getdoc(payload) or "").partition("\n\n")
    return {
        "name": payload.TYPE,
        "title": payload.__name__,
        "summary": summary.replace("\n", " "),
        **({"description": more} if more else {}),
        "payload": {"$ref": f"./schemas/{payload.TYPE}.json"},
        "traits": [{"$ref": "#/components/messageTraits/record"}],
    }


def _anything() -> Document:
    always = [f"dead-letter-{name}" for name in ("error", "topic", "partition", "offset")]
    headers = {name: {"type": "string"} for name in (*always, "dead-letter-appended")}
    return {
        "name": "dead-letter",
        "summary": "A record as it was, valid or not; its key and headers are kept, and headers of ours are added.",
        "headers": {"type": "object", "properties": headers, "required": always},
        "payload": {},
    }
