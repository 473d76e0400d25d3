"""PostgreSQL and Kafka for whoever needs them: named by the environment, containers, or embedded."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from deploy.local.blocking import blocking
from deploy.local.containers import kafka_container, postgres_container
from deploy.local.kafka import Broker, ensure_topics
from deploy.local.layout import Layout
from deploy.local.postgres import Server, ensure_databases

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Addresses:
    """`postgres_url`: an administrator's DSN (see `with_database`); `kafka_bootstrap`: host:port[,…]."""

    postgres_url: str
    kafka_bootstrap: str


Embedded = Server | Broker
OURS: Mapping[str, str] = MappingProxyType({})


@contextmanager
def infrastructure(
    data_dir: Path, say: Say = print, environment: Mapping[str, str] = os.environ, settings: Mapping[str, str] = OURS
) -> Iterator[Addresses]:
    """As `watched`, for whoever needs the addresses alone."""
    with watched(data_dir, say, environment, settings) as (addresses, _):
        yield addresses


@contextmanager
def watched(
    data_dir: Path, say: Say = print, environment: Mapping[str, str] = os.environ, settings: Mapping[str, str] = OURS
) -> Iterator[tuple[Addresses, list[Embedded]]]:
    """Each by itself: its address in `environment`, else a container (`INFRA=containers`), else embedded.

    What was started is stopped at the end, Kafka first. Raises what the servers raise when they do not start.
    Yields the embedded servers too: nobody but this process notices when they die. Docker minds its containers.
    `settings`: of an embedded PostgreSQL, beside our own.
    """
    layout = Layout(data_dir.resolve())
    server, broker = Server(layout, say, settings), Broker(layout, say)
    contained = environment.get("INFRA") == "containers"
    with ExitStack() as started:
        postgres_url = environment.get("POSTGRES_URL") or started.enter_context(
            postgres_container() if contained else _embedded(server, server.title, say)
        )
        bootstrap = environment.get("KAFKA_BOOTSTRAP") or started.enter_context(
            kafka_container() if contained else _embedded(broker, broker.title, say)
        )
        yield Addresses(postgres_url, bootstrap), [each for each in (server, broker) if each.child]


def prepare(addresses: Addresses, say: Say = print) -> None:
    """Creates the services' databases and the topics where they are missing."""
    say("databases and topics: checking")
    blocking(ensure_databases(addresses.postgres_url))
    blocking(ensure_topics(addresses.kafka_bootstrap))


def _embedded(server: Embedded, title: str, say: Say) -> AbstractContextManager[str]:
    @contextmanager
    def running() -> Iterator[str]:
        try:
            say(f"{title}: starting")
            yield server.start()
        finally:
            say(f"{title}: stopping")
            server.stop()

    return running()
