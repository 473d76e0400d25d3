"""The list of customers over REST: every row once in every sort, filters, and who may read it."""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.scoring.metrics.course import Phase
from services.scoring.scorecards.ranges import CARDS, Key, Sort, ranges
from shared.web import cursors
from tests.scoring.conftest import Scoring
from tests.support.told import NOON, purchase

INDEXES = (None, None, 0.0, 0.1 + 0.2, 33.333333, 33.333333, 100.0)
"""Ties and nulls, and what decimals do not tell exactly."""
ROUNDS = 8
PATH = "/v1/customers"
_CARD = """
    insert into cards (customer_id, as_of, next_review_at, reference_as_of, reference_revision, facts,
                       index_value, phase, bond_level, at_risk, card)
    select *, 'retention', 1, false, '{}' from (
        select id, $3::timestamptz, $3::timestamptz + interval '900 days', '-infinity'::timestamptz, 0, 1, index
        from unnest($1::text[], $2::float8[]) as made (id, index)
    ) as made
"""


async def store(scoring: Scoring, cards: Mapping[str, float | None]) -> None:
    """Cards of these customers with these indexes."""
    await scoring.execute(_CARD, list(cards), list(cards.values()), NOON)


async def page(scoring: Scoring, query: str, cursor: str | None = None) -> dict[str, Any]:
    """One page of the list."""
    answer = await scoring.client.get(f"{PATH}?{query}" + (f"&cursor={cursor}" if cursor else ""))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ids(scoring: Scoring, query: str) -> list[str]:
    """The customers on the first page."""
    return [row["customer_id"] for row in (await page(scoring, query))["items"]]


def place(row: Mapping[str, Any], sort: Sort) -> tuple[object, ...]:
    """Where a row belongs, told in the plainest way."""
    name, index = row["customer_id"].encode(), row["index"]
    if sort is Sort.ID:
        return (name,)
    return (index is None, (index or 0) * (-1 if sort is Sort.FALLING else 1), name)


def some(chance: random.Random, most: int) -> dict[str, float | None]:
    """Cards anywhere in the order."""
    names = {f"{chance.choice('aAzZ09_.-')}{chance.randrange(10**6)}" for _ in range(chance.randrange(most + 1))}
    return {name: chance.choice(INDEXES) for name in sorted(names)}


@pytest.mark.parametrize("sort", Sort)
async def test_W03_each_customer_who_stays_is_seen_once_in_every_sort(scoring: Scoring, sort: Sort) -> None:
    for seed in range(ROUNDS):
        chance = random.Random(f"{sort}-{seed}")  # noqa: S311 -- rows, not secrets
        await scoring.execute("truncate cards")
        cards = {f"stays-{number}": index for number, index in enumerate(INDEXES)} | some(chance, 12)
        await store(scoring, cards)
        await _walk(scoring, sort, chance, cards)


async def _walk(scoring: Scoring, sort: Sort, chance: random.Random, cards: dict[str, float | None]) -> None:
    staying, seen, cursor = set(cards), list[dict[str, Any]](), None
    while True:
        told = await page(scoring, f"sort={sort}&limit={chance.randrange(1, 4)}", cursor)
        seen += told["items"]
        if (cursor := told["next"]) is None:
            break
        gone = chance.sample(sorted(staying), min(len(staying), chance.randrange(2)))
        await scoring.execute("delete from cards where customer_id = any($1)", gone)
        staying -= set(gone)
        await store(scoring, {f"new-{name}-{len(seen)}": index for name, index in some(chance, 2).items()})
    found = [row["customer_id"] for row in seen]
    assert len(found) == len(set(found))
    assert staying <= set(found)
    assert [place(row, sort) for row in seen] == sorted(place(row, sort) for row in seen)


async def test_W03_a_page_goes_on_where_its_last_row_was_even_when_that_is_gone(scoring: Scoring) -> None:
    for sort, order in ((Sort.RISING, "abcdef"), (Sort.FALLING, "cdabef")):
        await scoring.execute("truncate cards")
        await store(scoring, {"a": 1.0, "b": 1.0, "c": 2.0, "d": 2.0, "e": None, "f": None})
        seen, cursor = "", None
        while True:
            told = await page(scoring, f"sort={sort}&limit=1", cursor)
            seen += told["items"][0]["customer_id"]
            await scoring.execute("delete from cards where customer_id = $1", seen[-1])
            if (cursor := told["next"]) is None:
                break
        assert seen == order


@pytest.mark.parametrize("after", [None, Key(50.0, "c2"), Key(None, "c2")])
@pytest.mark.parametrize("sort", Sort)
async def test_W03_every_page_is_read_by_an_index(scoring: Scoring, sort: Sort, after: Key | None) -> None:
    await store(scoring, {f"c{number}": number % 100 if number % 3 else None for number in range(5000)})
    await scoring.execute("analyze cards")
    for part in ranges(sort, after):
        query = select(CARDS.c.customer_id).where(*part.where).order_by(*part.order).limit(3)
        compiled = query.compile(scoring.engine.sync_engine)
        values = [compiled.params[name] for name in compiled.positiontup or ()]
        plan = "\n".join(row[0] for row in await scoring.fetch(f"explain {compiled}", *values))
        assert ("cards_pkey" if sort is Sort.ID else "cards_index_value_customer_id_idx") in plan
        assert "Sort  (" not in plan.replace("Incremental Sort", "")  # ties alone are sorted


async def test_S02_the_list_tells_what_the_cards_say(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), purchase("bob", "p2"), purchase("bob", "p3", NOON + timedelta(days=1)))
    await scoring.evaluator.evaluate_some()
    for row in (await page(scoring, ""))["items"]:
        card = await scoring.card(row["customer_id"])
        told = {name: card[name] for name in ("customer_id", "as_of", "index", "phase", "bond_level")}
        assert row == told | {"at_risk": card["defection"]["at_risk"]}
    assert await ids(scoring, "phase=acquisition") == ["ann"]
    assert await ids(scoring, "phase=retention") == ["bob"]


async def test_S01_a_marked_card_is_listed_as_it_was(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    await scoring.evaluator.evaluate_some()
    before = await page(scoring, "")
    await scoring.know(purchase("ann", "p2", NOON + timedelta(days=1)))
    assert await page(scoring, "") == before
    await scoring.evaluator.evaluate_some()
    assert await ids(scoring, "phase=retention") == ["ann"]


async def test_W03_each_filter_keeps_those_it_names(scoring: Scoring) -> None:
    await store(scoring, {"a": 10.0, "b": 50.0, "c": 90.0, "d": None})
    await scoring.execute("update cards set at_risk = true, phase = 'extension' where customer_id in ('a', 'd')")
    await scoring.execute("update cards set bond_level = 3 where customer_id in ('c', 'd')")
    await scoring.execute("update cards set bond_level = null where customer_id = 'b'")
    for sort in Sort:
        for query, kept in {
            "min_index=50": "bc", "min_index=0": "abc", "phase=extension": "ad", "bond_level=3": "cd",
            "bond_level=0": "", "at_risk=true": "ad", "at_risk=false": "bc", "at_risk=true&bond_level=3": "d",
        }.items():  # fmt: skip
            assert sorted(await ids(scoring, f"{query}&sort={sort}")) == list(kept)


async def test_W03_the_next_page_keeps_sort_and_filters(scoring: Scoring) -> None:
    await store(scoring, {"a": 10.0, "b": 50.0, "c": 90.0, "d": 70.0})
    first = await scoring.client.get(f"{PATH}?min_index=50&sort=-index&limit=2")
    assert [row["customer_id"] for row in first.json()["items"]] == ["c", "d"]
    link = first.headers["Link"].removeprefix("<").partition(">")[0]
    second = (await scoring.client.get(link)).json()
    assert ([row["customer_id"] for row in second["items"]], second["next"]) == (["b"], None)


@pytest.mark.parametrize(
    ("sort", "cursor"),
    [
        (Sort.FALLING, Key(5.0, "a").cursor(Sort.RISING)),
        (Sort.ID, Key(5.0, "a").cursor(Sort.RISING)),
        (Sort.RISING, Key(None, "a").cursor(Sort.ID)),
        (Sort.RISING, cursors.encode("index", "nan", "a")),
        (Sort.RISING, cursors.encode("index", "-inf", "a")),
        (Sort.RISING, cursors.encode("index", "high", "a")),
        (Sort.RISING, cursors.encode("index", "5.0")),
        (Sort.ID, "x"),
    ],
)
async def test_W03_a_cursor_that_is_not_of_this_list_is_a_problem(scoring: Scoring, sort: Sort, cursor: str) -> None:
    answer = await scoring.client.get(f"{PATH}?sort={sort}&cursor={cursor}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == "/cursor"


@pytest.mark.parametrize(
    "query", ["min_index=nan", "min_index=101", "phase=lost", "bond_level=5", "at_risk=maybe", "sort=phase", "limit=0"]
)
async def test_W03_what_can_not_be_asked_for_is_a_problem(scoring: Scoring, query: str) -> None:
    answer = await scoring.client.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{query.partition('=')[0]}")


async def test_W06_a_token_bound_to_stores_does_not_list_the_chain(scoring: Scoring) -> None:
    await store(scoring, {"a": 10.0})
    bound = scoring.client.issuer.token(stores=["330"])
    assert (await scoring.client.get(PATH, bearer=bound)).status_code == 403


def test_S03_every_phase_can_be_asked_for() -> None:
    assert {"prospect", "acquisition", "retention", "extension"} == set(Phase)


@pytest.mark.parametrize(
    ("query", "status"), [("segment=loyal", 404), ("segment=", 422), ("segment=loyal&phase=retention", 404)]
)
async def test_W03_a_segment_that_is_not_there_is_not_everybody(scoring: Scoring, query: str, status: int) -> None:
    await store(scoring, {"asha": 50.0})
    answer = await scoring.client.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
