"""A customer's card for whoever asks: the stored one while it holds, an evaluation where it does not."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from services.scoring.evaluation.due import HOLDS
from services.scoring.evaluation.references import References
from services.scoring.facts.families import families_of
from services.scoring.facts.reading import customers_after, facts_as_of
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import Scorecard, evaluate
from shared import clock
from shared.database import Connection, raw_connection

CHUNK = 20
"""Customers evaluated between two turns of the event loop, so that a long stream lets others through."""


class Cards:
    """Answers for cards, now or as of any past moment. The cards are JSON texts."""

    def __init__(self, rules: Rules, references: References) -> None:
        self.rules, self.references = rules, references

    async def current(self, connection: Connection, customer: str) -> bytes | None:
        """The card as of now, of the one whom this id stands for; None for an unknown customer."""
        now = clock.now()
        stored = await connection.fetchval(HOLDS, now, customer)
        return stored.encode() if stored is not None else await self.as_of(connection, customer, now)

    async def as_of(self, connection: Connection, customer: str, moment: datetime) -> bytes | None:
        """The card from the facts before `moment`; None where nothing was known of the customer then."""
        root = (await families_of(connection, [customer], moment)).root(customer)
        told = [card async for card in self._evaluated(connection, [root], moment)]
        return told[0] if told else None

    async def all_as_of(self, engine: AsyncEngine, moment: datetime) -> AsyncIterator[bytes]:
        """The card of every customer known at `moment`, in the order of their ids.

        A connection is held for a chunk at a time: a reader that dawdles keeps none from others.
        """
        last = ""
        while True:
            async with raw_connection(engine) as connection:
                customers = await customers_after(connection, last, CHUNK)
                cards = [card async for card in self._evaluated(connection, customers, moment)]
            for card in cards:
                yield card
            if not customers:
                return
            last = customers[-1]

    async def _evaluated(
        self, connection: Connection, customers: Sequence[str], moment: datetime
    ) -> AsyncIterator[bytes]:
        reference = await self.references.in_force(connection, moment)
        facts = await facts_as_of(connection, customers, moment)
        for customer, known in facts.items():
            card = evaluate(known, moment, self.rules, reference)
            if _was_known(card):
                yield orjson.dumps(card.to_json(customer))


def _was_known(card: Scorecard) -> bool:
    return card.phase is not None
