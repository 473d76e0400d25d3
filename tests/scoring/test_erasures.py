"""Erasures (C10): who demanded to be forgotten is, under every alias, and stays so."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.scoring.evaluation import batch
from services.scoring.facts.fact import Fact
from services.scoring.facts.families import Families
from services.scoring.facts.reading import facts_of_families
from services.scoring.generations.schema import READERS_PATH, search_path, statements
from shared.database import Connection, open_engine, raw_transaction
from shared.events import Event, decode
from shared.events.customers import CustomerErased
from shared.events.erasures import ErasureCompleted
from tests.scoring.conftest import Scoring, received
from tests.scoring.test_merges import cards, merged, settle, unmerged
from tests.support.scoring import ERASURES, intake
from tests.support.told import NOON, purchase, told

DAY = timedelta(days=1)
TABLES = ("facts", "marks", "cards", "aliases", "app.published", "app.outbox")


def erased(customer: str, at: datetime, erasure: str = "erasure-1") -> Event:
    """`customer` demands to be forgotten."""
    return told(CustomerErased(erasure_id=erasure), customer, customer, at)


async def begin_rebuild(scoring: Scoring) -> AsyncEngine:
    """Generation 2, empty, in the state `filling`; the engine sees it."""
    for statement in statements(2):
        await scoring.execute(statement)
    await scoring.execute("insert into app.generations (number, state, created_at) values (2, 'filling', now())")
    return open_engine(scoring.client.database_url, search_path=search_path(2))


async def read_again(engine: AsyncEngine, *events: Event) -> None:
    """The rebuild reads a batch of these."""
    async with engine.begin() as connection:
        await connection.exec_driver_sql("select")
        await intake(2, ("filling",))(connection, received(events))


async def answers(scoring: Scoring) -> list[str]:
    """The erasures that were answered."""
    rows = await scoring.fetch("select payload from app.outbox where aggregatetype = 'crm.erasures' order by seq")
    return [decode(row["payload"].encode()).subject for row in rows]


async def left_of(scoring: Scoring, customer: str) -> list[str]:
    """The tables in which the id still stands."""
    return [
        table
        for table in TABLES
        if await scoring.fetch(rf"select from {table} as t where t::text ~ ('\m' || $1 || '\M')", customer)
    ]


async def test_C10_an_erased_customer_is_gone_and_answers_410(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), purchase("ben", "p2"))
    await settle(scoring)
    assert set(await left_of(scoring, "ann")) == {"facts", "cards", "app.published", "app.outbox"}
    await scoring.know(erased("ann", NOON + DAY))
    assert await left_of(scoring, "ann") == []
    for path in ("scorecard", "timeline"):
        answer = await scoring.client.get(f"/v1/customers/ann/{path}")
        assert (answer.status_code, answer.json()["type"]) == (410, "urn:elevenfold:problem:gone")
    assert await cards(scoring) == ["ben"]


async def test_C10_what_still_comes_is_dropped(scoring: Scoring) -> None:
    late = purchase("ann", "p2", NOON + 2 * DAY)
    await scoring.know(purchase("ann", "p1"), erased("ann", NOON + DAY), purchase("ben", "p3"))
    await scoring.know(late, purchase("ann", "p0", NOON - DAY))
    await settle(scoring)
    assert [row["subject"] for row in await scoring.fetch("select subject from facts")] == ["p3"]


async def test_C10_the_answer_goes_out_once(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), erased("ann", NOON + DAY))
    await scoring.know(erased("ann", NOON + DAY))
    rows = await scoring.fetch("select payload from app.outbox where aggregatetype = 'crm.erasures'")
    [answer] = [decode(row["payload"].encode()) for row in rows]
    assert answer.data == ErasureCompleted(service="scoring")
    assert (answer.subject, answer.partitionkey) == ("erasure-1", "erasure:erasure-1")


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_C10_every_alias_is_forgotten_in_whatever_order_one_hears_of_it(
    scoring: Scoring, order: tuple[int, ...]
) -> None:
    """The topics keep the order of one id, not of two: an alias may become known after the erasure."""
    events = [merged("ben", "ann", NOON + DAY), merged("cid", "ben", NOON + DAY), erased("ann", NOON + 2 * DAY)]
    await scoring.know(*(purchase(name, f"p-{name}") for name in ("ann", "ben", "cid", "dot")))
    for number in order:
        await scoring.know(events[number])
    await settle(scoring)
    assert [await left_of(scoring, name) for name in ("ann", "ben", "cid")] == [[], [], []]
    assert (await scoring.client.get("/v1/customers/cid/scorecard")).status_code == 410
    assert await cards(scoring) == ["dot"]


async def test_C10_who_was_no_alias_then_stays(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), purchase("ben", "p2"), merged("ben", "ann", NOON))
    await scoring.know(unmerged("ben", NOON + DAY), erased("ann", NOON + 2 * DAY))
    await settle(scoring)
    assert await cards(scoring) == ["ben"]


async def test_C10_every_generation_forgets(scoring: Scoring) -> None:
    for statement in statements(2):
        await scoring.execute(statement)
    await scoring.execute("insert into app.generations (number, state, created_at) values (2, 'retired', now())")
    await scoring.know(purchase("ann", "p1"))
    await scoring.execute("insert into gen_2.facts select * from gen_1.facts")
    await scoring.know(erased("ann", NOON + DAY))
    assert await scoring.fetch("select from gen_2.facts") == []


async def test_C10_an_erasure_waits_for_evaluations_under_way(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card that is being made while its customer is erased would stand there for ever."""
    read, erasing = facts_of_families, []

    async def meanwhile(connection: Connection, roots: Sequence[str], families: Families) -> dict[str, list[Fact]]:
        found = await read(connection, roots, families)
        erasing.append(asyncio.ensure_future(scoring.know(erased("ann", NOON + DAY))))
        await asyncio.sleep(0.3)
        assert not erasing[0].done()
        return found

    await scoring.know(purchase("ann", "p1"))
    monkeypatch.setattr(batch, "facts_of_families", meanwhile)
    assert await scoring.evaluator.evaluate_some(NOON + DAY) == 1
    await erasing[0]
    assert await left_of(scoring, "ann") == []


async def test_C10_lists_leave_the_erased_out(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), purchase("ben", "p2"), erased("ann", NOON + DAY))
    lines = (await scoring.client.get("/v1/scorecards")).text.splitlines()
    assert [json.loads(line)["customer_id"] for line in lines] == ["ben"]
    assert READERS_PATH.startswith("live")


async def test_C10_S17_a_rebuild_erases_nobody_who_was_on_their_own_when_it_happened(scoring: Scoring) -> None:
    """It reads the merge long before the unmerge: who belonged to whom is known at the end alone."""
    history = [
        purchase("ben", "p1"),
        merged("ben", "ann", NOON + DAY),
        unmerged("ben", NOON + 2 * DAY),
        erased("ann", NOON + 3 * DAY),
    ]
    await scoring.know(*history)
    engine = await begin_rebuild(scoring)
    for event in (history[3], *history[:3]):
        await read_again(engine, event)
    async with raw_transaction(engine) as raw:
        await ERASURES.catch_up(raw)
        assert len(await raw.fetch("select from gen_2.facts where customer_id = 'ben'")) == 3
        assert await raw.fetch("select from gen_2.aliases where into_id = 'ann'") == []
        assert await raw.fetch("select from gen_2.pending_erasures") == []
    await engine.dispose()
    assert await left_of(scoring, "ben") != []
    assert await answers(scoring) == ["erasure-1"]


async def test_C10_S17_an_erasure_that_only_the_rebuild_has_read_is_done_when_it_has_caught_up(
    scoring: Scoring,
) -> None:
    engine = await begin_rebuild(scoring)
    await scoring.know(purchase("ann", "p1"), purchase("ben", "p2"))
    await read_again(engine, purchase("ann", "p1"), erased("ann", NOON + DAY))
    await read_again(engine, purchase("ben", "p2"), merged("ben", "ann", NOON))
    assert await left_of(scoring, "ann") != []
    async with raw_transaction(engine) as raw:
        await ERASURES.catch_up(raw)
        assert await raw.fetch("select from gen_2.facts") == []
    await engine.dispose()
    assert (await left_of(scoring, "ann"), await left_of(scoring, "ben")) == ([], [])
    assert await answers(scoring) == ["erasure-1"]


async def test_C10_each_erasure_is_answered_that_of_an_alias_too(scoring: Scoring) -> None:
    await scoring.know(merged("ben", "ann", NOON), erased("ann", NOON + DAY))
    await scoring.know(erased("ben", NOON + 2 * DAY, "erasure-2"), erased("ben", NOON + 2 * DAY, "erasure-2"))
    assert await answers(scoring) == ["erasure-1", "erasure-2"]


async def test_C10_the_erased_id_does_not_stand_in_others_facts(scoring: Scoring) -> None:
    await scoring.know(merged("ben", "ann", NOON), unmerged("ben", NOON + DAY), erased("ann", NOON + 2 * DAY))
    assert await left_of(scoring, "ann") == []
    assert await left_of(scoring, "ben") != []
