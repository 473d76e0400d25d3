"""Which servers are used, and that the embedded ones are real."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local import containers
from deploy.local import infrastructure as servers
from deploy.local.infrastructure import Addresses, prepare
from deploy.local.kafka import ensure_topics
from deploy.local.kafka.java import java
from deploy.local.kafka.topics import configuration
from deploy.local.layout import Layout
from deploy.local.postgres import Server, with_database
from deploy.local.postgres.databases import SERVICES
from shared.events import TOPICS, Topic
from tests.support.waiting import eventually


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def _fake(answer: str) -> Iterator[str]:
        yield answer

    monkeypatch.setattr(servers, "postgres_container", lambda: _fake("contained-postgres"))
    monkeypatch.setattr(servers, "kafka_container", lambda: _fake("contained-kafka"))
    monkeypatch.setattr(servers, "_embedded", lambda _server, title, _say: _fake(f"embedded-{title}"))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Addresses("embedded-PostgreSQL", "embedded-Kafka")),
        ({"INFRA": "containers"}, Addresses("contained-postgres", "contained-kafka")),
        ({"INFRA": "containers", "POSTGRES_URL": "p"}, Addresses("p", "contained-kafka")),
        ({"KAFKA_BOOTSTRAP": "k:1"}, Addresses("embedded-PostgreSQL", "k:1")),
        ({"POSTGRES_URL": "p", "KAFKA_BOOTSTRAP": "k:1"}, Addresses("p", "k:1")),
    ],
)
@pytest.mark.usefixtures("fakes")
def test_order_of_resolution(tmp_path: Path, environment: dict[str, str], expected: Addresses) -> None:
    with servers.infrastructure(tmp_path, lambda _line: None, environment) as addresses:
        assert addresses == expected


def test_what_the_containers_would_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testcontainers.core.container.DockerClient", MagicMock())
    postgres, kafka = containers.postgres(), containers.kafka(45678)

    assert postgres.image == "postgres:18"
    assert "max_connections=300" in postgres._command
    assert kafka.image == "apache/kafka:4.3.1"
    assert {int(inner): outer for inner, outer in kafka.ports.items()} == {9092: 45678}
    assert kafka.env["KAFKA_ADVERTISED_LISTENERS"] == "CLIENTS://127.0.0.1:45678"
    assert kafka.env["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_java_home_counts_from_17_on(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    for version, taken in (("11.0.2", False), ("17.0.15", True), ("25", True)):
        (tmp_path / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
        assert (java({"JAVA_HOME": str(tmp_path)}) == tmp_path / "bin" / "java") is taken
    assert java({}).is_file()


@pytest.mark.parametrize("service", SERVICES)
async def test_databases_are_utf8_and_ordered_bytewise(infrastructure: Addresses, service: str) -> None:
    connection = await asyncpg.connect(with_database(infrastructure.postgres_url, service))
    try:
        row = await connection.fetchrow(
            "SELECT datcollate, pg_encoding_to_char(encoding) AS encoding, current_setting('server_version_num')::int"
            " AS version, current_setting('max_connections') AS connections"
            " FROM pg_database WHERE datname = current_database()"
        )
    finally:
        await connection.close()
    assert row is not None
    assert (row["datcollate"], row["encoding"], row["connections"]) == ("C", "UTF8", "300")
    assert row["version"] >= 180_000


async def test_kafka_takes_and_gives_by_group(infrastructure: Addresses) -> None:
    topic = Topic("deploy.roundtrip", "nobody", partitions=2)
    await ensure_topics(infrastructure.kafka_bootstrap, [topic])
    options: dict[str, Any] = {"bootstrap_servers": infrastructure.kafka_bootstrap}
    async with AIOKafkaProducer(**options, enable_idempotence=True, compression_type="lz4") as producer:
        await producer.send_and_wait(topic.name, b"value", key=b"key")
    async with AIOKafkaConsumer(topic.name, **options, group_id="deploy", auto_offset_reset="earliest") as consumer:
        record = await asyncio.wait_for(consumer.getone(), 20)
        assert (record.key, record.value) == (b"key", b"value")
        await consumer.commit()


async def test_topics_are_as_declared_however_often(infrastructure: Addresses) -> None:
    await asyncio.to_thread(prepare, infrastructure, lambda _line: None)
    admin = AIOKafkaAdminClient(bootstrap_servers=infrastructure.kafka_bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics([topic.name for topic in TOPICS])
    finally:
        await admin.close()
    counts = {entry["topic"]: len(entry["partitions"]) for entry in described}
    assert counts == {topic.name: topic.partitions for topic in TOPICS}


async def test_a_changed_declaration_is_carried_out(infrastructure: Addresses) -> None:
    await ensure_topics(infrastructure.kafka_bootstrap, [Topic("deploy.changing", "nobody", partitions=1)])
    changed = Topic("deploy.changing", "nobody", partitions=3, retention_ms=5_000, compacted=True)
    await ensure_topics(infrastructure.kafka_bootstrap, [changed])

    async def carried_out() -> bool:  # the broker answers from what it has heard of by then
        found = await _settings(infrastructure.kafka_bootstrap, changed.name)
        return {name: found[name] for name in configuration(changed)} == configuration(changed)

    await eventually(carried_out)


async def _settings(bootstrap: str, topic: str) -> dict[str, str]:
    from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        (response,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    finally:
        await admin.close()
    return {entry[0]: entry[1] for entry in response.resources[0][4]}


def test_lock_files_that_name_another_programs_pid_do_not_stop_postgresql() -> None:
    with tempfile.TemporaryDirectory(prefix="elevenfold-") as folder:
        server = Server(Layout(Path(folder) / "data"), lambda _line: None)
        for _ in range(2):
            assert asyncio.run(_setting(server.start(), "fsync")) == "on", "what was answered outlives the machine"
            assert server.socket
            server.stop()
            for path in (server.data / "postmaster.pid", server.socket / ".s.PGSQL.5432.lock"):
                path.write_text(f"{os.getppid()}\n{server.data}\n0\n5432\n{server.socket}\n\n")


async def _setting(dsn: str, name: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return str(await connection.fetchval("select current_setting($1)", name))
    finally:
        await connection.close()
