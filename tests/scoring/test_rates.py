"""Rates over REST, as closes found them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.events.reference import StoreOpened
from tests.scoring.conftest import Scoring
from tests.scoring.test_close import close
from tests.support.told import purchase, told

AS_OF = "2026-03-10T00:00:00Z"


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC)


async def base(scoring: Scoring) -> None:
    """Four customers who bought in January, one for the first time then; three again in February, two of them twice."""
    opened = StoreOpened.model_validate({"format": "grocery", "time_zone": "UTC", "opened_on": "2016-01-01"})
    await scoring.know(told(opened, "store:330", "330"))
    days = {
        "a": ("2025-12-01", "2026-01-10", "2026-02-01", "2026-02-20"),
        "b": ("2025-12-01", "2026-01-10", "2026-02-01", "2026-02-20"),
        "c": ("2025-12-01", "2026-01-10", "2026-02-01"),
        "d": ("2026-01-10",),
    }
    for customer, bought in days.items():
        store = "331" if customer == "d" else "330"
        await scoring.know(*(purchase(customer, f"{customer}-{each}", day(each), store=store) for each in bought))


async def rates(scoring: Scoring, query: str = "") -> dict[str, Any]:
    answer = await scoring.client.get(f"/v1/rates?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_S06_rates_of_a_month(scoring: Scoring) -> None:
    await base(scoring)
    assert (await close(scoring))["state"] == "done"
    found = await rates(scoring, f"period=2026-02&as_of={AS_OF}")
    assert (found["as_of"], found["revision"], found["next"]) == (AS_OF, 1, None)
    assert found["items"] == [
        {
            "period": "2026-02",
            "starts": "2026-02-01T00:00:00Z",
            "ends": "2026-03-01T00:00:00Z",
            "by": "total",
            "group": "total",
            "retention": {"n": 4, "count": 3, "share": 0.75, "interval": [0.3006, 0.9544]},
            "repurchase": {"n": 4, "count": 2, "share": 0.5, "interval": [0.15, 0.85]},
            "defection": {"n": 4, "count": 0, "share": 0.0, "interval": [0.0, 0.4899]},
            "new_customers": 0,
            "loyal_base": 3,
            "reason": None,
        }
    ]


@pytest.mark.parametrize(
    ("query", "groups", "n"),
    [
        ("cohort=2025-12", ["2025-12"], [3]),
        ("store=331", ["331"], [1]),
        ("format=grocery", ["grocery"], [3]),
        ("format=unknown", ["unknown"], [1]),
        ("by=store", ["330", "331"], [3, 1]),
        ("by=cohort", ["2025-12", "2026-01"], [3, 1]),
        ("by=segment", [], []),
    ],
)
async def test_S06_rates_of_a_group(scoring: Scoring, query: str, groups: list[str], n: list[int]) -> None:
    await base(scoring)
    await close(scoring)
    found = (await rates(scoring, f"period=2026-02&{query}"))["items"]
    assert [row["group"] for row in found] == groups
    assert [row["retention"]["n"] for row in found] == n


async def test_S06_a_share_of_nobody_is_null(scoring: Scoring) -> None:
    await base(scoring)
    await close(scoring)
    [row] = (await rates(scoring, "period=2025-11"))["items"]
    assert (row["retention"]["share"], row["retention"]["interval"]) == (None, None)
    assert row["reason"] == "Nobody was active at the period's start."


async def test_S06_rates_are_paged_in_order(scoring: Scoring) -> None:
    await base(scoring)
    await close(scoring)
    whole = (await rates(scoring, "by=store&limit=500"))["items"]
    assert len(whole) == 2 * 15, "twelve months, and the quarters from 2025-Q2 to Q4"
    assert [(row["group"], row["period"]) for row in whole] == sorted((row["group"], row["period"]) for row in whole)
    paged: list[dict[str, Any]] = []
    query: str | None = "by=store&limit=7"
    while query is not None:
        page = await rates(scoring, query)
        paged += page["items"]
        query = page["next"] and f"by=store&limit=7&cursor={page['next']}"
    assert paged == whole


@pytest.mark.parametrize(
    ("query", "status", "pointer", "detail"),
    [
        ("period=2026-13", 422, "/period", ""),
        ("period=2026-Q5", 422, "/period", ""),
        ("period=October", 422, "/period", ""),
        ("cohort=2026", 422, "/cohort", ""),
        ("by=index", 422, "/by", ""),
        ("cohort=2025-12&store=330", 422, "/cohort", "cohort and store can't be asked for together"),
        ("store=999", 404, None, "nothing is told of the store 999"),
        ("segment=gold", 404, None, "nothing is told of the segment gold"),
        ("cohort=2020-01", 404, None, "nothing is told of the cohort 2020-01"),
        ("period=2026-03", 404, None, "nothing is told of 2026-03; what is told: 2025-03, "),
        ("as_of=2020-01-01T00:00:00Z", 404, None, "no close has told rates by then"),
        ("as_of=2099-01-01T00:00:00Z", 422, "/as_of", ""),
        ("cursor=nonsense", 422, "/cursor", ""),
    ],
)
async def test_S06_what_no_rates_are_told_of(
    scoring: Scoring, query: str, status: int, pointer: str | None, detail: str
) -> None:
    await base(scoring)
    await close(scoring)
    answer = await scoring.client.get(f"/v1/rates?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert problem["detail"].startswith(detail)
    assert pointer is None or problem["errors"][0]["pointer"] == pointer


async def test_S06_rates_before_any_close_are_not_found(scoring: Scoring) -> None:
    assert (await scoring.client.get("/v1/rates")).status_code == 404


async def test_W06_a_token_bound_to_stores_reads_the_rates_of_its_own(scoring: Scoring) -> None:
    await base(scoring)
    await close(scoring)
    bound = scoring.client.issuer.token(stores=["330"])
    statuses = {
        query: (await scoring.client.get(f"/v1/rates?{query}", bearer=bound)).status_code
        for query in ("store=330", "store=331", "store=999", "", "by=store", "format=grocery")
    }
    assert list(statuses.values()) == [200, 404, 404, 403, 403, 403]
