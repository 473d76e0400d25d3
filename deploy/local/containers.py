"""PostgreSQL and Kafka as containers (`INFRA=containers`), for machines that have Docker."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deploy.local.kafka.configuration import SETTINGS, free_ports

POSTGRES_IMAGE = "postgres:18"
KAFKA_IMAGE = "apache/kafka:4.3.1"


def postgres() -> Any:
    """The container, not started. `Any`: testcontainers is imported when Docker is asked for, not before."""
    from testcontainers.community.postgres import PostgresContainer

    container = PostgresContainer(POSTGRES_IMAGE, username="postgres", dbname="postgres", driver=None)
    return container.with_command("postgres -c max_connections=300 -c shared_buffers=256MB")


def kafka(port: int) -> Any:
    """The container, not started. `port`: on this machine; the broker tells it to its clients."""
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    placed = {
        "listeners": "CLIENTS://:9092,CONTROLLER://:9093",
        "advertised.listeners": f"CLIENTS://127.0.0.1:{port}",
        "controller.quorum.voters": "1@localhost:9093",
    }
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(9092, port)
    for key, value in (SETTINGS | placed).items():
        container.with_env("KAFKA_" + key.upper().replace(".", "_"), value)
    return container.waiting_for(LogMessageWaitStrategy("Kafka Server started"))


@contextmanager
def postgres_container() -> Iterator[str]:
    """The administrator's DSN of a started server."""
    with postgres() as started:
        yield started.get_connection_url()


@contextmanager
def kafka_container() -> Iterator[str]:
    """The bootstrap address of a started broker."""
    port = free_ports()[0]
    with kafka(port):
        yield f"127.0.0.1:{port}"
