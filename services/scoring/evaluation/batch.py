"""One batch of customers, in one transaction: lock, unmark, read, evaluate, store, publish.

A customer is locked, their marks are deleted, *then* their facts are read, in a later statement: a fact that
arrives in between is either read now or leaves a mark that wakes us again.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

import orjson
from prometheus_client import Counter

from services.scoring.evaluation.publishing import Made, publish
from services.scoring.evaluation.references import References
from services.scoring.evaluation.segments_in_use import SegmentsInUse
from services.scoring.facts.erasures import MOMENT, together
from services.scoring.facts.fact import Fact
from services.scoring.facts.families import Families, families_of
from services.scoring.facts.reading import facts_of_families
from services.scoring.generations import pointer
from services.scoring.membership.placing import placed
from services.scoring.membership.segments import Segments
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import Scorecard, evaluate
from shared.database import Connection

log = logging.getLogger(__name__)
FAILED = Counter("evaluator_failures", "customers that could not be evaluated")
PUBLISHED = Counter("evaluator_changes", "events of changes that were put into the outbox")

_LOCK = """
    select customer_id from unnest($1::text[]) as wanted (customer_id)
    where pg_try_advisory_xact_lock(hashtextextended('card ' || customer_id, $2::int))
"""
_UNMARK = "delete from marks where customer_id = any($1) returning customer_id, fact_time"
_MARK = "insert into marks (customer_id) select unnest($1::text[])"
_PUT_OFF = """
    update cards set next_review_at = $2::timestamptz + interval '1 hour',
        reference_as_of = coalesce($3::timestamptz, '-infinity'), reference_revision = $4, segments_revision = $5
    where customer_id = any($1)
"""
_DROP = "delete from cards where customer_id = any($1)"
_WRITE = """
    insert into cards (customer_id, as_of, next_review_at, reference_as_of, reference_revision, facts,
                       index_value, phase, bond_level, at_risk, segments, segments_revision, card)
    values ($1, $2, $3, coalesce($4::timestamptz, '-infinity'), $5, $6, $7, $8, $9, $10, $11, $12, $13)
    on conflict (customer_id) do update
    set as_of = excluded.as_of, next_review_at = excluded.next_review_at,
        reference_as_of = excluded.reference_as_of, reference_revision = excluded.reference_revision,
        facts = excluded.facts, index_value = excluded.index_value, phase = excluded.phase,
        bond_level = excluded.bond_level, at_risk = excluded.at_risk, segments = excluded.segments,
        segments_revision = excluded.segments_revision, card = excluded.card
"""


class Batch:
    """Evaluates customers of one generation as of `now`; publishes only where that generation is live."""

    def __init__(self, connection: Connection, generation: int, now: datetime, rules: Rules) -> None:
        self.raw, self.generation, self.now, self.rules = connection, generation, now, rules

    async def evaluate(self, wanted: Sequence[str], references: References, in_use: SegmentsInUse) -> int:
        """Evaluate those of `wanted`, and of their kin, that nobody else is at; returns how many cards were made."""
        live = await pointer.held(self.raw, self.generation) == "live"
        await together(self.raw)
        families = await families_of(self.raw, wanted, self.now)
        locked = await self._lock(families.roots(wanted))
        ours = [member for root in locked for member in families.members(root)]
        since = await self._unmark(ours, families)
        made = await self._store(locked, ours, references, in_use)
        if live:
            PUBLISHED.inc(await publish(self.raw, made, since, self.rules))
        return len(locked)

    async def _lock(self, roots: Sequence[str]) -> list[str]:
        return [row["customer_id"] for row in await self.raw.fetch(_LOCK, roots, self.generation)]

    async def _unmark(self, customers: Sequence[str], families: Families) -> dict[str, datetime | None]:
        """By root, the earliest fact among the marks."""
        since: dict[str, datetime | None] = {}
        for row in await self.raw.fetch(_UNMARK, customers):
            root = families.root(row["customer_id"])
            times = [time for time in (since.get(root), row["fact_time"]) if time is not None]
            since[root] = min(times, default=None)
        return since

    async def _store(
        self, locked: Sequence[str], ours: Sequence[str], references: References, in_use: SegmentsInUse
    ) -> Made:
        """Make and store the cards; a family that changed while we waited for its lock is left to the next batch."""
        families = await families_of(self.raw, ours, self.now)
        roots = families.roots(ours)
        await self.raw.execute(_MARK, sorted(set(roots) - set(locked)))
        reference, segments = await references.in_force(self.raw, self.now), await in_use.today(self.raw)
        held = [root for root in roots if root in locked]
        facts = await facts_of_families(self.raw, held, families)
        cards = {name: card for name in facts if (card := self._card(name, facts[name], reference, segments))}
        gone = sorted(name for name in {*ours, *families.kin} if families.root(name) != name)
        gone += [root for root in held if root not in facts]
        await self.raw.execute(_DROP, gone)
        # Who can't be evaluated keeps the card there is, and is tried again in an hour: not at once, for ever.
        failed = [name for name in facts if name not in cards]
        await self.raw.execute(_PUT_OFF, failed, self.now, *_named(reference), segments.revision)
        rows = [
            _row(name, card, len(facts[name]), families.turns(name), segments.revision) for name, card in cards.items()
        ]
        await self.raw.executemany(_WRITE, rows)
        nobody = [name for name, card in cards.items() if card.phase is None]
        told = {name: card for name, card in cards.items() if card.phase is not None}
        return Made(self.now, segments, told, [*gone, *nobody])

    def _card(
        self, customer: str, facts: list[Fact], reference: Reference | None, segments: Segments
    ) -> Scorecard | None:
        """The customer's card; None where we can't make it, so that one customer stops no other."""
        try:
            return placed(evaluate(facts, self.now, self.rules, reference), segments, self.rules)
        except Exception:
            FAILED.inc()
            log.exception("customer %s can't be evaluated", customer)
            return None


def _named(reference: Reference | None) -> tuple[datetime | None, int]:
    return (None, 0) if reference is None else (reference.as_of, reference.revision)


def _row(
    customer: str, card: Scorecard, facts: int, turns: Sequence[datetime], segments_revision: int
) -> tuple[object, ...]:
    return (
        customer,
        card.as_of,
        min([card.next_review_at, *(turn + MOMENT for turn in turns)]),
        *_named(card.reference),
        facts,
        card.index.value,
        None if card.phase is None else str(card.phase),
        card.bonds.level,
        card.defection.at_risk,
        list(card.segments),
        segments_revision,
        orjson.dumps(card.to_json(customer)).decode(),
    )
