"""The AsyncAPI document names every topic, type, writer and reader, and all that it refers to is there.

Its form was held against AsyncAPI 3.0 by the official parser, which exists for JavaScript alone.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from deploy.documents.files import ROOT
from deploy.documents.topics import SERVICES
from shared.events import REGISTRY, TOPICS, Topic

DOCUMENT: dict[str, Any] = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text("utf-8"))


def references(node: object) -> Iterator[str]:
    """Every `$ref` of the document."""
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        for child in node.values():
            yield from references(child)
    if isinstance(node, list):
        for child in node:
            yield from references(child)


def is_there(reference: str) -> bool:
    """Whether what is referred to exists, in the document or beside it."""
    if not reference.startswith("#/"):
        return (ROOT / "docs" / reference).is_file()
    node: Any = DOCUMENT
    for part in reference[2:].split("/"):
        node = node.get(part, {})
    return bool(node)


def test_W02_all_that_is_referred_to_is_there() -> None:
    told = list(references(DOCUMENT))
    assert len(told) > len(REGISTRY) * 3
    assert [reference for reference in told if not is_there(reference)] == []
    assert not is_there("#/components/messages/none")
    assert not is_there("./schemas/none.json")


def test_W02_every_type_is_a_message_of_its_topic_alone() -> None:
    channels = DOCUMENT["channels"]
    told = [(name, channel["address"]) for channel in channels.values() for name in channel["messages"]]
    declared = [(name, payload.TOPIC.name) for name, payload in REGISTRY.items()]
    assert sorted(place for place in told if place[0] != "dead-letter") == sorted(declared)
    for name in REGISTRY:
        message = DOCUMENT["components"]["messages"][name]
        assert message["payload"] == {"$ref": f"./schemas/{name}.json"}
        assert message["summary"]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_W02_a_topic_is_described_as_it_is_declared(topic: Topic) -> None:
    binding = DOCUMENT["channels"][topic.name]["bindings"]["kafka"]
    assert binding["partitions"] == topic.partitions
    kept = {"cleanup.policy": ["compact" if topic.compacted else "delete"], "retention.ms": topic.retention_ms}
    assert binding["topicConfiguration"] == kept


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_W02_its_writers_send_and_its_readers_receive(topic: Topic) -> None:
    channel = {"$ref": f"#/channels/{topic.name}"}
    told = {
        (name.partition(".")[0], operation["action"])
        for name, operation in DOCUMENT["operations"].items()
        if operation["channel"] == channel
    }
    senders = SERVICES if topic.owner == "every service" else (topic.owner,)
    assert told == {(owner, "send") for owner in senders} | {(reader, "receive") for reader in topic.readers}


def test_W02_no_address_of_a_broker_is_told() -> None:
    (server,) = DOCUMENT["servers"].values()
    assert server["host"] == "{bootstrap}"
    assert not server["variables"]["bootstrap"].keys() & {"default", "enum", "examples"}
