"""Scoring on a database of its own, fed without the broker."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from aiokafka import ConsumerRecord
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from services.scoring.evaluation.evaluator import Evaluator
from services.scoring.generations.schema import FIRST, search_path
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.web import build
from shared.database import open_engine, raw_connection
from shared.events import Event
from shared.received import Received
from tests.support.client import Client, client_of
from tests.support.scoring import intake


@dataclass(frozen=True, slots=True)
class Scoring:
    """The scoring service's application and workers on one database."""

    client: Client
    engine: AsyncEngine
    evaluator: Evaluator

    async def know(self, *events: Event) -> None:
        """Take events in, as the consumer does."""
        async with self.engine.begin() as connection:
            await connection.execute(text("select"))
            await intake()(connection, received(events))

    async def fetch(self, query: str, *values: object) -> list[asyncpg.Record]:
        """Rows of the live generation or of the lasting tables."""
        async with raw_connection(self.engine) as raw:
            return await raw.fetch(query, *values)

    async def execute(self, statement: str, *values: object) -> None:
        """Change rows by hand."""
        async with raw_connection(self.engine) as raw:
            await raw.execute(statement, *values)

    async def card(self, customer: str, as_of: str | None = None) -> dict[str, Any]:
        """The customer's card over REST."""
        query = "" if as_of is None else f"?as_of={as_of}"
        answer = await self.client.get(f"/v1/customers/{customer}/scorecard{query}")
        assert answer.status_code == 200, answer.text
        card: dict[str, Any] = answer.json()
        return card


def received(events: Sequence[Event]) -> list[Received]:
    """Events as the consumer hands them on."""
    record = ConsumerRecord("t", 0, 0, 0, 0, None, None, None, 0, 0, ())
    return [Received(event, datetime(2026, 1, 1, tzinfo=UTC), record) for event in events]


@pytest.fixture
async def scoring(infrastructure: Addresses, issuer: Issuer) -> AsyncIterator[Scoring]:
    """The scoring service on a fresh database; nothing runs by itself."""
    async with client_of("scoring", build, infrastructure.postgres_url, issuer) as client:
        engine = open_engine(client.database_url, search_path=search_path(FIRST))
        yield Scoring(client, engine, Evaluator(engine, FIRST, DEFAULT_RULES))
        await engine.dispose()
