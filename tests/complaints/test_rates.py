"""K08: complaints per 10,000 transactions, visits and services."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.complaints.rates.domain import frequency, interval
from tests.complaints.cases import lived, opened
from tests.complaints.serving import heard, sale, visit
from tests.complaints.serving import opened as store_opened
from tests.support.client import Client
from tests.support.told import NOON

PATH = "/v1/stores/330/complaint-rate"
DAY = {"from": "2026-03-01", "to": "2026-03-02"}


async def rate(client: Client, **asked: str) -> dict[str, Any]:
    """The rate of store 330 on the first of March."""
    answer = await client.http.get(
        PATH, params=DAY | asked, headers={"Authorization": f"Bearer {client.issuer.token()}"}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_K08_wilson_s_interval_is_the_published_one() -> None:
    low, high = interval(81, 263)  # Newcombe 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    low, high = interval(0, 20)
    assert (round(low, 4), round(high, 4)) == (0.0, 0.1611)


@given(st.integers(0, 300), st.integers(1, 200))
def test_K08_an_interval_holds_its_rate(events: int, exposed: int) -> None:
    found = frequency(events, exposed)
    assert found is not None
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value <= found.high + 1e-9


async def test_K08_complaints_per_ten_thousand(complaints: Client) -> None:
    at = {"occurred_at": "2026-03-01T18:00:00Z"}
    await opened(complaints, **at)
    await opened(complaints, store_id="331", **at)
    taken_back = await opened(complaints, **at)
    await lived(complaints, taken_back, "withdraw")
    await heard(complaints, *(sale(f"b-{number}") for number in range(20)), visit("v-1"), visit("v-2"))
    found = await rate(complaints)
    assert (found["complaints"], found["transactions"], found["visits"], found["services"]) == (1, 20, 2, 0)
    assert found["per_10000_transactions"] == {"value": 500.0, "interval": [88.814, 2361.312]}
    assert found["per_10000_visits"]["value"] == 5000.0
    assert found["per_10000_services"] is None, "of nothing, there is no rate"


async def test_K08_a_period_without_transactions_is_null(complaints: Client) -> None:
    await opened(complaints, occurred_at="2026-03-01T18:00:00Z")
    found = await rate(complaints)
    assert (found["complaints"], found["per_10000_transactions"]) == (1, None)
    assert (await rate(complaints, **{"from": "2020-01-01", "to": "2020-02-01"}))["complaints"] == 0


async def test_K08_days_are_those_of_the_store(complaints: Client) -> None:
    await heard(complaints, store_opened("330", "Asia/Kolkata"), sale("b-1", NOON + timedelta(hours=7)))
    assert (await rate(complaints))["transactions"] == 0, "it was half past midnight there"
    assert (await rate(complaints, **{"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}))[
        "transactions"
    ] == 1


async def test_K08_all_stores_the_worst_first(complaints: Client) -> None:
    at = {"occurred_at": "2026-03-01T18:00:00Z"}
    await heard(
        complaints, *(sale(f"b-{number}") for number in range(4)), sale("b-9", store="331"), visit("v", store="332")
    )
    await opened(complaints, **at)
    await opened(complaints, store_id="331", **at)
    auth = {"Authorization": f"Bearer {complaints.issuer.token()}"}
    asked = DAY | {"sort": "rate", "limit": "2"}
    page = (await complaints.http.get("/v1/stores/complaint-rates", params=asked, headers=auth)).json()
    assert [item["store_id"] for item in page["items"]] == ["331", "330"]
    more = asked | {"cursor": page["next"]}
    rest = (await complaints.http.get("/v1/stores/complaint-rates", params=more, headers=auth)).json()
    assert ([item["store_id"] for item in rest["items"]], rest["next"]) == (["332"], None)
    bound = {"Authorization": f"Bearer {complaints.issuer.token(stores=['331'])}"}
    seen = (await complaints.http.get("/v1/stores/complaint-rates", params=DAY, headers=bound)).json()["items"]
    assert [item["store_id"] for item in seen] == ["331"]
    assert (await complaints.http.get(PATH, params=DAY, headers=bound)).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"to": "2026-03-01"},
        {"from": "2026-03-02"},
        {"from": "soon"},
        {"to": "2026-03-01T12:00:00"},
        {"to": "2026-02-30"},
    ],
    ids=["empty", "backwards", "no-time", "naive", "no-day"],
)
async def test_K08_a_period_that_is_none(complaints: Client, asked: dict[str, str]) -> None:
    auth = {"Authorization": f"Bearer {complaints.issuer.token()}"}
    answer = await complaints.http.get(PATH, params=DAY | asked, headers=auth)
    assert answer.status_code == 422, answer.text
    assert (await complaints.http.get(PATH, headers=auth)).status_code == 422
