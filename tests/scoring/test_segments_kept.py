"""Membership kept current by the evaluator and told (S07, S14), through changes, merges, erasures and rebuilds."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.scoring.evaluation import batch as module
from services.scoring.evaluation.evaluator import Evaluator
from services.scoring.evaluation.segments_in_use import SegmentsInUse
from services.scoring.facts.families import Families
from services.scoring.facts.reading import facts_of_families
from services.scoring.generations import pointer
from services.scoring.generations.schema import FIRST, search_path, statements
from services.scoring.membership.segments import Segments
from services.scoring.metrics.rules import DEFAULT_RULES
from shared import clock
from shared.database import Connection, open_engine, raw_transaction
from shared.events import Event, decode
from shared.events.customers import CustomerErased, CustomerMerged, CustomerUnmerged
from shared.events.scores import ScorecardUpdated, SegmentEntered, SegmentLeft
from tests.scoring.conftest import Scoring
from tests.scoring.test_segments import BOUGHT, RETAINED, put
from tests.support.told import NOON, purchase, told

DAY = timedelta(days=1)
NOW = NOON + 5 * DAY
_OPEN = "select segment_id, customer_id from app.memberships where left_at is null order by 1, 2"


async def published(scoring: Scoring) -> list[Event]:
    """What waits for the relay, taken away."""
    rows = await scoring.fetch(
        "with gone as (delete from app.outbox returning *) select payload from gone order by seq"
    )
    return [decode(row["payload"].encode()) for row in rows]


async def crossings(scoring: Scoring, now: datetime, *events: Event) -> list[tuple[str, str, str, int]]:
    """Who is told to have crossed into or out of what, after these events, evaluated at `now`."""
    await scoring.know(*events)
    while await scoring.evaluator.evaluate_some(now):
        continue
    return [
        (type(event.data).__name__, event.partitionkey, event.data.segment_id, event.data.version)
        for event in await published(scoring)
        if isinstance(event.data, SegmentEntered | SegmentLeft)
    ]


async def members(scoring: Scoring) -> list[tuple[str, str]]:
    """Who is in what."""
    return [(row["segment_id"], row["customer_id"]) for row in await scoring.fetch(_OPEN)]


async def test_S14_entering_and_leaving_are_told(scoring: Scoring) -> None:
    await put(scoring, "fresh", {"field": "phase", "is": "eq", "value": "acquisition"})
    await put(scoring, "loyal", RETAINED)
    first = purchase("ann", "p1")
    assert await crossings(scoring, NOW, first) == [("SegmentEntered", "ann", "fresh", 1)]
    assert (await scoring.card("ann", "2026-03-06T12:00:00Z"))["segments"] == ["fresh"]
    assert await crossings(scoring, NOW + DAY, purchase("ann", "p2", NOON + DAY)) == [
        ("SegmentLeft", "ann", "fresh", 1),
        ("SegmentEntered", "ann", "loyal", 1),
    ]
    rows = await scoring.fetch("select segment_id, entered_at, left_at from app.memberships order by 1")
    assert [tuple(row) for row in rows] == [("fresh", NOW, NOW + DAY), ("loyal", NOW + DAY, None)]
    assert await crossings(scoring, NOW + DAY, purchase("ann", "p3", NOON + DAY)) == []


async def test_S14_a_crossing_tells_its_cause_and_no_card_that_did_not_change(scoring: Scoring) -> None:
    await crossings(scoring, NOW, purchase("ann", "p1"))
    await put(scoring, "buyers", BOUGHT)
    while await scoring.evaluator.evaluate_some(NOW):
        continue
    [event] = await published(scoring)
    assert isinstance(event.data, SegmentEntered)
    assert (event.subject, event.source, event.time) == ("ann", "/crm/scoring", NOW)
    assert (event.data.since, event.data.backfill) == (None, False)
    await scoring.know(purchase("ben", "p2", NOW - 3 * DAY))
    await scoring.evaluator.evaluate_some(NOW)
    told_of_ben = await published(scoring)
    assert isinstance(told_of_ben[0].data, ScorecardUpdated)
    entered = told_of_ben[-1].data
    assert isinstance(entered, SegmentEntered)
    assert (entered.since, entered.backfill) == (NOW - 3 * DAY, True)


async def test_S14_a_crossing_does_not_hide_small_steps_of_the_index(scoring: Scoring) -> None:
    """What was last told of the card stays as it was told."""
    await crossings(scoring, NOW, purchase("ann", "p1"))
    [before] = await scoring.fetch("select index_value, phase, bond_level, at_risk from app.published")
    await scoring.execute("update app.published set bond_level = 3")
    await scoring.execute("update app.published set bond_level = $1", before["bond_level"])
    await put(scoring, "buyers", BOUGHT)
    await crossings(scoring, NOW)
    [after] = await scoring.fetch("select index_value, phase, bond_level, at_risk, segments from app.published")
    assert tuple(after) == (*before, ["buyers"])


async def test_S07_a_changed_rule_makes_every_card_due_and_moves_everybody(scoring: Scoring) -> None:
    await put(scoring, "buyers", BOUGHT)
    now = clock.now()
    await crossings(scoring, now, purchase("ann", "p1"), purchase("ben", "p2"))
    assert (await scoring.client.get("/v1/status")).json()["due"] == 0
    await put(scoring, "buyers", RETAINED)
    assert (await scoring.client.get("/v1/status")).json()["due"] == 2
    assert await crossings(scoring, now + DAY) == [
        ("SegmentLeft", "ann", "buyers", 2),
        ("SegmentLeft", "ben", "buyers", 2),
    ]
    assert await members(scoring) == []


async def test_S07_another_name_makes_no_card_due(scoring: Scoring) -> None:
    await put(scoring, "buyers", BOUGHT)
    await crossings(scoring, clock.now(), purchase("ann", "p1"))
    await put(scoring, "buyers", BOUGHT, name="Whoever buys")
    await put(scoring, "kept", RETAINED, active=False)
    assert (await scoring.client.get("/v1/status")).json()["due"] == 0


async def test_S07_a_read_is_never_behind_the_newest_rule(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    await scoring.evaluator.evaluate_some()
    assert (await scoring.card("ann"))["segments"] == []
    await put(scoring, "buyers", BOUGHT)
    assert (await scoring.card("ann"))["segments"] == ["buyers"]


async def test_S12_the_past_is_placed_by_the_rules_of_today(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), purchase("ann", "p2", NOON + 3 * DAY))
    await put(scoring, "loyal", RETAINED)
    assert (await scoring.card("ann", "2026-03-02T00:00:00Z"))["segments"] == []
    assert (await scoring.card("ann", "2026-03-06T00:00:00Z"))["segments"] == ["loyal"]


async def test_S07_everybody_leaves_a_segment_out_of_use(scoring: Scoring) -> None:
    await put(scoring, "buyers", BOUGHT)
    await crossings(scoring, NOW, purchase("ann", "p1"))
    await put(scoring, "buyers", BOUGHT, active=False)
    assert await crossings(scoring, NOW + DAY) == [("SegmentLeft", "ann", "buyers", 2)]
    assert (await scoring.client.get("/v1/customers?segment=buyers")).json()["items"] == []
    await put(scoring, "buyers", BOUGHT)
    assert await crossings(scoring, NOW + 2 * DAY) == [("SegmentEntered", "ann", "buyers", 3)]
    assert len(await scoring.fetch("select from app.memberships where customer_id = 'ann'")) == 2


async def test_S07_who_comes_back_at_the_same_moment_is_in(scoring: Scoring) -> None:
    await put(scoring, "buyers", BOUGHT)
    await crossings(scoring, NOW, purchase("ann", "p1"))
    for rule in (RETAINED, BOUGHT):
        await put(scoring, "buyers", rule)
        await crossings(scoring, NOW)
    assert await members(scoring) == [("buyers", "ann")]


async def test_S07_who_is_known_by_the_future_alone_is_in_no_segment(scoring: Scoring) -> None:
    await put(scoring, "strangers", {"not": RETAINED})
    assert await crossings(scoring, NOON - DAY, purchase("ann", "p1")) == []
    assert [row["segments"] for row in await scoring.fetch("select segments from cards")] == [[]]
    assert await crossings(scoring, NOW) == [("SegmentEntered", "ann", "strangers", 1)]


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_S07_a_rule_changed_during_an_evaluation_is_not_lost(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Just before the segments are read, or just after: the card is made with it, or it stays due."""
    read = SegmentsInUse.today

    async def interrupted(self: SegmentsInUse, connection: Connection) -> Segments:
        if moment == "before":
            await put(scoring, "buyers", BOUGHT)
        found = await read(self, connection)
        if moment == "after":
            await put(scoring, "buyers", BOUGHT)
        return found

    await scoring.know(purchase("ann", "p1"))
    monkeypatch.setattr(SegmentsInUse, "today", interrupted)
    await scoring.evaluator.evaluate_some(NOW)
    monkeypatch.setattr(SegmentsInUse, "today", read)
    assert await members(scoring) == ([("buyers", "ann")] if moment == "before" else [])
    await crossings(scoring, NOW)
    assert await members(scoring) == [("buyers", "ann")]


async def test_S07_two_evaluators_and_changing_rules_lose_no_membership(scoring: Scoring) -> None:
    names = [f"c{n:03}" for n in range(120)]
    await scoring.know(*(purchase(name, f"p-{name}") for name in names))
    other = Evaluator(scoring.engine, FIRST, DEFAULT_RULES)

    async def change() -> None:
        for number in range(6):
            await put(scoring, "buyers", BOUGHT if number % 2 else RETAINED)
            await asyncio.sleep(0.1)

    changing = asyncio.ensure_future(change())
    while sum(await asyncio.gather(scoring.evaluator.evaluate_some(NOW), other.evaluate_some(NOW))):
        continue
    await changing
    while sum(await asyncio.gather(scoring.evaluator.evaluate_some(NOW), other.evaluate_some(NOW))):
        continue
    assert await members(scoring) == [("buyers", name) for name in names]
    assert len(await scoring.fetch("select from cards where segments = array['buyers']")) == len(names)
    assert len(await scoring.fetch("select from app.published where segments = array['buyers']")) == len(names)
    inside = dict.fromkeys(names, 0)
    for event in await published(scoring):
        inside[event.partitionkey] += isinstance(event.data, SegmentEntered) - isinstance(event.data, SegmentLeft)
        assert inside[event.partitionkey] in (0, 1), "nobody enters twice, or leaves what they are not in"
    assert set(inside.values()) == {1}


async def test_S07_who_can_not_be_evaluated_is_tried_again_and_not_for_ever(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    await scoring.evaluator.evaluate_some(NOW)
    await scoring.execute("update facts set data = '{}'")
    await put(scoring, "buyers", BOUGHT)
    assert await scoring.evaluator.evaluate_some(NOW) == 1
    assert await scoring.evaluator.evaluate_some(NOW) == 0
    assert await scoring.evaluator.evaluate_some(NOW + timedelta(hours=1, seconds=1)) == 1


async def test_C04_who_is_merged_away_leaves_their_segments(scoring: Scoring) -> None:
    await put(scoring, "buyers", BOUGHT)
    await crossings(scoring, NOW, purchase("ann", "p1"), purchase("ben", "p2"))
    merged = told(CustomerMerged(into="ann", at=NOW), "ben", "ben", NOW)
    assert await crossings(scoring, NOW + DAY, merged) == [("SegmentLeft", "ben", "buyers", 1)]
    assert await members(scoring) == [("buyers", "ann")]
    again = told(CustomerUnmerged(at=NOW + 2 * DAY), "ben", "ben", NOW + 2 * DAY)
    assert await crossings(scoring, NOW + 3 * DAY, again) == [("SegmentEntered", "ben", "buyers", 1)]


async def test_C10_an_erasure_reaches_memberships_and_findings(scoring: Scoring) -> None:
    await put(scoring, "buyers", BOUGHT)
    await crossings(scoring, NOW, purchase("ann", "p1"), purchase("ben", "p2"))
    await scoring.execute("insert into app.finding_customers values ('audit', now(), 1, 'best', 'ann')")
    await scoring.execute("insert into app.finding_customers values ('audit', now(), 1, 'best', 'ben')")
    erased = told(CustomerErased(erasure_id="e1"), "ann", "ann", NOW)
    assert await crossings(scoring, NOW, erased) == []
    assert await scoring.fetch("select from app.memberships where customer_id = 'ann'") == []
    assert [row[0] for row in await scoring.fetch("select customer_id from app.finding_customers")] == ["ben"]
    assert await members(scoring) == [("buyers", "ben")]


async def _next_generation(scoring: Scoring, *events: Event) -> Evaluator:
    """A generation beside the live one that knows these events, and its evaluator."""
    from tests.scoring.conftest import received
    from tests.support.scoring import intake

    number = FIRST + 1
    for statement in statements(number):
        await scoring.execute(statement)
    await scoring.execute(
        "insert into app.generations (number, state, created_at) values ($1, 'evaluating', now())", number
    )
    engine = open_engine(scoring.client.database_url, search_path=search_path(number))
    async with engine.begin() as connection:
        await connection.exec_driver_sql("select")
        await intake(number, ("evaluating",))(connection, received(events))
    return Evaluator(engine, number, DEFAULT_RULES)


async def test_S17_a_rebuild_tells_of_no_membership_twice(scoring: Scoring) -> None:
    await put(scoring, "buyers", BOUGHT)
    bought = [purchase("ann", "p1"), purchase("ben", "p2")]
    await crossings(scoring, NOW, *bought)
    beside = await _next_generation(scoring, *bought, purchase("cid", "p3"))
    try:
        while await beside.evaluate_some(NOW):
            continue
        assert await published(scoring) == []
        assert await members(scoring) == [("buyers", "ann"), ("buyers", "ben")]
        async with raw_transaction(beside.engine) as raw:
            assert await pointer.move(raw, beside.generation, DEFAULT_RULES.told_move)
        marked = await scoring.fetch("select distinct customer_id from live.marks")
        assert [row["customer_id"] for row in marked] == ["cid"]
        while await beside.evaluate_some(NOW):
            continue
        crossed = [event for event in await published(scoring) if isinstance(event.data, SegmentEntered)]
        assert [event.partitionkey for event in crossed] == ["cid"]
    finally:
        await beside.engine.dispose()


async def test_S17_who_is_in_a_segment_and_not_in_the_rebuild_leaves_it(scoring: Scoring) -> None:
    """Changed while the rebuild ran: in another segment now, or nobody's customer any more."""
    await put(scoring, "buyers", BOUGHT)
    await crossings(scoring, NOW, purchase("ann", "p1"), purchase("ben", "p2"))
    beside = await _next_generation(scoring, purchase("ann", "p1"))
    try:
        await put(scoring, "loyal", {"not": RETAINED})
        while await beside.evaluate_some(NOW):
            continue
        async with raw_transaction(beside.engine) as raw:
            assert await pointer.move(raw, beside.generation, DEFAULT_RULES.told_move)
        while await beside.evaluate_some(NOW):
            continue
        assert await members(scoring) == [("buyers", "ann"), ("loyal", "ann")]
    finally:
        await beside.engine.dispose()


async def test_S07_a_fact_that_arrives_during_an_evaluation_moves_its_customer(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = facts_of_families

    async def interrupted(connection: Connection, customers: Sequence[str], families: Families) -> Any:
        found = await read(connection, customers, families)
        await scoring.know(purchase("ann", "p2", NOON + DAY))
        return found

    await put(scoring, "loyal", RETAINED)
    await scoring.know(purchase("ann", "p1"))
    monkeypatch.setattr(module, "facts_of_families", interrupted)
    await scoring.evaluator.evaluate_some(NOW)
    monkeypatch.setattr(module, "facts_of_families", read)
    assert await members(scoring) == []
    await crossings(scoring, NOW)
    assert await members(scoring) == [("loyal", "ann")]


async def test_S14_a_crossing_names_the_version_of_a_renamed_segment(scoring: Scoring) -> None:
    await put(scoring, "buyers", BOUGHT)
    await crossings(scoring, NOW, purchase("ann", "p1"))
    await put(scoring, "buyers", BOUGHT, owner="other-team")
    assert await crossings(scoring, NOW, purchase("ben", "p2")) == [("SegmentEntered", "ben", "buyers", 2)]
