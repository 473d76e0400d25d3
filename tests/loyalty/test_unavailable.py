"""L01: what was asked for and not to be had."""

import asyncio
from typing import Any

import pytest

from services.loyalty.workers import working
from shared.events.purchases import PurchaseNotAvailable
from tests.loyalty.bills import Body, pointers, rows
from tests.loyalty.test_erasures import erasure
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS

PATH = "/v1/unavailable-requests"
AT = "2017-01-02T10:00:00Z"


def asked(**changes: Any) -> Body:
    """Asha asked for meat."""
    return {"id": "u1", "customer_id": "asha", "store_id": "330", "category": "MEAT", "occurred_at": AT} | changes


async def test_L01_a_request_in_vain_is_told_once(loyalty: Client) -> None:
    answers = await asyncio.gather(*(loyalty.post(PATH, asked(lines=2, product_id="7")) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert (await loyalty.post(PATH, asked())).status_code == 409
    [event] = await loyalty.outbox()
    assert event.data == PurchaseNotAvailable(category="MEAT", product_id="7", lines=2)
    assert (event.partitionkey, event.subject, event.storeid, event.time.day) == ("asha", "u1", "330", 2)
    assert (await loyalty.get(f"{PATH}/u1")).json() == answers[0].json()


async def test_L01_requests_in_vain_are_listed_by_what_is_asked(loyalty: Client) -> None:
    several: list[Body] = [{}, {"customer_id": None}, {"store_id": "7"}, {"category": "WINE"}]
    for number, changes in enumerate(several):
        assert (await loyalty.post(PATH, asked(id=f"u{number}", **changes))).status_code == 201
    for query, ids in (
        ("", "0123"), ("?store_id=330", "013"), ("?category=WINE", "3"), ("?customer_id=asha&store_id=7", "2"),
    ):  # fmt: skip
        items = (await loyalty.get(PATH + query)).json()["items"]
        assert [item["id"] for item in items] == [f"u{number}" for number in ids], query
    keys = [event.partitionkey for event in await loyalty.outbox()]
    assert keys == ["asha", "store:330", "asha", "asha"]
    bound = loyalty.issuer.token(stores=["7"])
    assert [item["id"] for item in (await loyalty.get(PATH, bearer=bound)).json()["items"]] == ["u2"]
    assert [(await loyalty.get(f"{PATH}/u{n}", bearer=bound)).status_code for n in (0, 2)] == [404, 200]
    assert (await loyalty.post(PATH, asked(id="u9"), bearer=bound)).status_code == 403


@pytest.mark.parametrize("wrong", [{"lines": 0}, {"store_id": None}, {"category": "a b"}, {"x": 1}, {"lines": "1"}])
async def test_L01_a_request_that_can_not_be_changes_nothing(loyalty: Client, wrong: Body) -> None:
    answer = await loyalty.post(PATH, asked(**wrong))
    assert (answer.status_code, pointers(answer.json())) == (422, [f"/{next(iter(wrong))}"])
    assert await rows(loyalty, "select 1 from unavailable_requests union all select 1 from outbox") == []


async def test_C10_a_request_of_who_is_erased_stays_as_the_stores(loyalty: Client) -> None:
    await loyalty.post(PATH, asked())
    await handled(loyalty, working(WORKER_SETTINGS), erasure())
    assert found(await dump(loyalty.database_url), "asha") == []
    assert (await loyalty.get(f"{PATH}/u1")).json()["customer_id"] is None
    assert (await loyalty.post(PATH, asked())).status_code == 410
