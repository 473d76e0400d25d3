"""The whole way from REST to the score in one process: real database, real broker, the real workers."""

import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from services.complaints import web as complaints
from services.complaints.workers import working as complaints_working
from services.customers import web as customers
from services.customers.export.peers import Peers
from services.customers.workers import working as customers_working
from services.loyalty import web as loyalty
from services.loyalty.workers import working as loyalty_working
from services.scoring import web as scoring
from services.scoring.close.job import CloseWorker
from services.scoring.evaluation.evaluator import Evaluator
from services.scoring.generations.schema import FIRST, search_path
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.database import open_engine
from shared.relay import Relay
from shared.settings import ConsumerSettings
from shared.worker import Worker
from tests.support.client import ERASURE_KEY, Client, client_of
from tests.support.scoring import scoring_consumer, skip_to_end
from tests.support.waiting import eventually, running

_count = itertools.count(1)
WORKING = (customers_working, complaints_working, loyalty_working)
WORKER_SETTINGS = ConsumerSettings(database_url="", kafka_bootstrap="", erasure_key=SecretStr(ERASURE_KEY))


class InProcess(Peers):
    """The other services without a network between."""

    def __init__(self, clients: Sequence[Client]) -> None:
        super().__init__({name: f"http://{name}" for name in ("complaints", "loyalty", "scoring")})
        self.apps = {name: client.app for name, client in zip(self.addresses, clients, strict=True)}

    def client(self, service: str) -> httpx.AsyncClient:
        """A client of the service's application."""
        app = self.apps[service]
        assert app is not None
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=self.addresses[service])


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Four services and their workers."""

    customers: Client
    complaints: Client
    loyalty: Client
    scoring: Client

    async def card(self, customer: str, **query: str) -> dict[str, Any]:
        """The customer's scorecard."""
        path = f"/v1/customers/{customer}/scorecard"
        answer = await self.scoring.http.get(path, params=query, headers=self._auth())
        assert answer.status_code == 200, answer.text
        card: dict[str, Any] = answer.json()
        return card

    async def card_when(self, customer: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The customer's scorecard once it is known and `holds`."""

        async def look() -> dict[str, Any] | None:
            answer = await self.scoring.get(f"/v1/customers/{customer}/scorecard")
            card: dict[str, Any] = answer.json()
            return card if answer.status_code == 200 and holds(card) else None

        found: dict[str, Any] = await eventually(look)
        return found

    def _auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.scoring.issuer.token()}"}


@asynccontextmanager
async def pipeline_on(addresses: Addresses, issuer: Issuer) -> AsyncIterator[Pipeline]:
    """Everything running, on fresh databases."""
    async with AsyncExitStack() as stack:
        url = addresses.postgres_url
        clients = [
            await stack.enter_async_context(client_of("customers", customers.build, url, issuer)),
            await stack.enter_async_context(client_of("complaints", complaints.build, url, issuer)),
            await stack.enter_async_context(client_of("loyalty", loyalty.build, url, issuer)),
            await stack.enter_async_context(client_of("scoring", scoring.build, url, issuer)),
        ]
        customers_app = clients[0].app
        assert customers_app is not None
        customers_app.state.peers = InProcess(clients[1:])
        paths = ["public", "public", "public", "app"]
        relays = [
            Relay(client.database_url, addresses.kafka_bootstrap, f"relay-{number}", search_path=path)
            for number, (client, path) in enumerate(zip(clients, paths, strict=True))
        ]
        database_url = clients[3].database_url
        number = next(_count)
        beside = await _workers(clients, addresses.kafka_bootstrap, number)
        await skip_to_end(database_url, addresses.kafka_bootstrap)
        consumer = scoring_consumer(database_url, addresses.kafka_bootstrap, f"pipeline-{number}")
        engine = open_engine(database_url, search_path=search_path(FIRST))
        evaluator, closes = Evaluator(engine, FIRST, DEFAULT_RULES), CloseWorker(engine, DEFAULT_RULES)
        workers = [
            *(relay.run for relay in relays),
            *(worker.run for worker in beside),
            consumer.run,
            evaluator.run,
            closes.run,
        ]
        await stack.enter_async_context(running(*workers))
        yield Pipeline(*clients)
        await stack.aclose()
        await consumer.dead_letters.close()
        await consumer.engine.dispose()
        await engine.dispose()


async def _workers(clients: Sequence[Client], bootstrap: str, number: int) -> list[Worker]:
    """The workers of customers, complaints and loyalty, behind what other tests have left on the topics."""
    made = []
    for working, client in zip(WORKING, clients, strict=False):
        work = working(WORKER_SETTINGS)
        await skip_to_end(client.database_url, bootstrap, "public", work.topics)
        made.append(Worker(work, client.database_url, bootstrap, f"{work.service}-{number}"))
    return made
