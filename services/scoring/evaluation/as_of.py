"""A customer's card for whoever asks: the stored one while it holds, an evaluation where it does not."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from services.scoring.evaluation.due import HOLDS
from services.scoring.evaluation.references import References
from services.scoring.evaluation.segments_in_use import SegmentsInUse
from services.scoring.facts.fact import Fact
from services.scoring.facts.families import families_of
from services.scoring.facts.reading import customers_after, facts_as_of, facts_of_families
from services.scoring.membership.placing import placed
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import evaluate
from shared import clock
from shared.database import Connection, raw_connection

CHUNK = 20
"""Customers evaluated between two turns of the event loop, so that a long stream lets others through."""


class Cards:
    """Answers for cards, now or as of any past moment. The cards are JSON texts.

    Segments are those of today: whoever asks for the past wants to know whom a segment would have had.
    """

    def __init__(self, rules: Rules, references: References) -> None:
        self.rules, self.references, self.segments = rules, references, SegmentsInUse()

    async def current(self, connection: Connection, customer: str) -> bytes | None:
        """The card as of now, of the one whom this id stands for; None for an unknown customer."""
        now = clock.now()
        stored = await connection.fetchval(HOLDS, now, customer)
        return stored.encode() if stored is not None else await self.as_of(connection, customer, now)

    async def as_of(self, connection: Connection, customer: str, moment: datetime) -> bytes | None:
        """The card from the facts before `moment`; None where nothing was known of the customer then."""
        families = await families_of(connection, [customer], moment)
        facts = await facts_of_families(connection, [families.root(customer)], families)
        return next(iter(await self._evaluated(connection, facts, moment)), None)

    async def all_as_of(self, engine: AsyncEngine, moment: datetime) -> AsyncIterator[bytes]:
        """The card of every customer known at `moment`, in the order of their ids.

        A connection is held for a chunk at a time: a reader that dawdles keeps none from others.
        """
        last = ""
        while True:
            async with raw_connection(engine) as connection:
                customers = await customers_after(connection, last, CHUNK)
                facts = await facts_as_of(connection, customers, moment)
                cards = await self._evaluated(connection, facts, moment)
            for card in cards:
                yield card
            if not customers:
                return
            last = customers[-1]

    async def _evaluated(
        self, connection: Connection, facts: Mapping[str, list[Fact]], moment: datetime
    ) -> list[bytes]:
        """The cards of those of whom anything was known by then."""
        reference, segments = await self.references.in_force(connection, moment), await self.segments.today(connection)
        cards = {
            customer: placed(evaluate(known, moment, self.rules, reference), segments, self.rules)
            for customer, known in facts.items()
        }
        return [orjson.dumps(card.to_json(name)) for name, card in cards.items() if card.phase is not None]
