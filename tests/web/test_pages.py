"""W03: whoever reads a list page by page sees every row that stays exactly once, whatever comes and goes meanwhile."""

import random
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from tests.customers.visits import BEGUN
from tests.support.client import Client

PEOPLE, VISITS = "customers", "visits"
SEEDS = range(6)


async def execute(client: Client, statement: str, *values: object) -> None:
    """Change the service's database by hand."""
    connection = await asyncpg.connect(client.database_url)
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()


async def add(client: Client, kind: str, ids: Sequence[str]) -> None:
    """New rows; visits of one call have one time in common."""
    if kind == VISITS:
        await client.stream("/v1/imports/visits", [BEGUN | {"id": each} for each in ids])
    for each in ids if kind == PEOPLE else ():
        await client.put(f"/v1/customers/{each}", {"kind": "individual"})


async def page(client: Client, kind: str, limit: int, cursor: str | None) -> dict[str, Any]:
    """One page of a list."""
    answer = await client.get(f"/v1/{kind}?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def come_and_go(client: Client, kind: str, chance: random.Random, ids: set[str]) -> set[str]:
    """Some rows are added anywhere in the order, some are taken away; which ones are gone."""
    await add(
        client, kind, [f"{chance.randrange(100):02}-{chance.randrange(10**9)}" for _ in range(chance.randrange(3))]
    )
    gone = set(chance.sample(sorted(ids), min(len(ids), chance.randrange(3))))
    await execute(client, f"delete from {kind} where id = any($1::text[])", sorted(gone))  # noqa: S608
    return gone


@pytest.mark.parametrize("kind", [PEOPLE, VISITS])
@pytest.mark.parametrize("seed", SEEDS)
async def test_W03_pages_are_stable_while_rows_come_and_go(customers: Client, kind: str, seed: int) -> None:
    chance = random.Random(f"{kind}-{seed}")  # noqa: S311 -- rows, not secrets
    ids = [f"{number:02}-{chance.choice('abzAZ_.-')}" for number in range(20)]
    chance.shuffle(ids)
    for start in range(0, len(ids), 7):
        await add(customers, kind, ids[start : start + 7])
    seen: list[dict[str, Any]] = []
    staying, cursor = set(ids), None
    while True:
        told = await page(customers, kind, chance.randrange(1, 5), cursor)
        seen += told["items"]
        if (cursor := told["next"]) is None:
            break
        staying -= await come_and_go(customers, kind, chance, staying)
    found = [row["id"] for row in seen]
    assert len(found) == len(set(found))
    assert staying <= set(found)
    if kind == VISITS:
        moments = [row["created_at"] for row in seen]
        assert moments == sorted(moments)
        assert len(set(moments)) < len(moments)  # ties there were


async def test_W03_a_page_goes_on_where_its_last_row_was_even_when_that_is_gone(customers: Client) -> None:
    await add(customers, VISITS, ["a", "b", "c", "d"])
    first = await page(customers, VISITS, 2, None)
    await execute(customers, "delete from visits where id = 'b'")
    second = await page(customers, VISITS, 2, first["next"])
    assert [row["id"] for row in second["items"]] == ["c", "d"]
    assert second["next"] is None


async def test_W03_consents_come_in_pages_too(customers: Client) -> None:
    await add(customers, PEOPLE, ["asha"])
    path = "/v1/customers/asha/consents"
    for purpose, channel in (("b", "mail"), ("a", "sms"), ("a", "mail")):
        await customers.put(f"{path}/{purpose}/{channel}", {"granted_at": "2026-01-01T00:00:00Z", "source": "form"})
    first = (await customers.get(f"{path}?limit=2")).json()
    second = (await customers.get(f"{path}?limit=2&cursor={first['next']}")).json()
    seen = [(each["purpose"], each["channel"]) for each in first["items"] + second["items"]]
    assert (seen, second["next"]) == ([("a", "mail"), ("a", "sms"), ("b", "mail")], None)
