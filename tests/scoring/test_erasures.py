"""Erasures (C10): who demanded to be forgotten is, under every alias, and stays so."""

import asyncio
import json
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from services.scoring.generations.schema import READERS_PATH, statements
from shared.database import raw_transaction
from shared.events import Event, decode
from shared.events.customers import CustomerErased
from shared.events.erasures import ErasureCompleted
from tests.scoring.conftest import Scoring
from tests.scoring.test_merges import cards, merged, settle, unmerged
from tests.support.told import NOON, purchase, told

DAY = timedelta(days=1)
TABLES = ("facts", "marks", "cards", "aliases", "app.published", "app.outbox")


def erased(customer: str, at: datetime) -> Event:
    """`customer` demands to be forgotten."""
    return told(CustomerErased(erasure_id="erasure-1"), customer, customer, at)


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


async def test_C10_an_erasure_waits_for_evaluations_under_way(scoring: Scoring) -> None:
    """A card that is being made while its customer is erased would stand there for ever."""
    await scoring.know(purchase("ann", "p1"))
    async with raw_transaction(scoring.engine) as evaluating:
        await evaluating.execute("select pg_advisory_xact_lock_shared(hashtext('erasures'))")
        erasing = asyncio.ensure_future(scoring.know(erased("ann", NOON + DAY)))
        await asyncio.sleep(0.3)
        assert not erasing.done()
        await evaluating.execute(
            "insert into cards (customer_id, as_of, next_review_at, reference_as_of, reference_revision, facts,"
            " at_risk, card) values ('ann', now(), now(), now(), 1, 1, false, '{}')"
        )
    await erasing
    assert await cards(scoring) == []


async def test_C10_lists_leave_the_erased_out(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), purchase("ben", "p2"), erased("ann", NOON + DAY))
    lines = (await scoring.client.get("/v1/scorecards")).text.splitlines()
    assert [json.loads(line)["customer_id"] for line in lines] == ["ben"]
    assert READERS_PATH.startswith("live")
