"""Rates over REST, as closes found them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.scoring.rates.rows import Key, Row, row
from shared.events.reference import StoreOpened
from shared.web.cursors import encode
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
            "came_back": None,
            "new_customers": 0,
            "reason": "Who came back is known 90 days after the period.",
        }
    ]
    assert found["loyal_base"] == {"total": 3}
    assert found["observed_since"] == "2025-12-01T12:00:00Z"


async def test_S06_who_is_new_is_not_known_where_observation_starts(scoring: Scoring) -> None:
    await base(scoring)
    await close(scoring)
    new = {row["period"]: row["new_customers"] for row in (await rates(scoring))["items"]}
    assert (new["2025-12"], new["2026-01"]) == (None, 1)
    assert (new["2025-11"], new["2025-Q4"]) == (None, None)
    [row] = (await rates(scoring, "period=2025-12"))["items"]
    assert row["reason"].endswith("Nobody was observed before the period, so who is new in it is not known.")


async def test_S06_who_defected_and_came_back_is_told_beside_defection(scoring: Scoring) -> None:
    weekly = [f"2025-{month:02}-{at:02}" for month in (7, 8, 9) for at in (7, 14, 21, 28)]
    for customer, back in (("a", ["2025-11-20"]), ("b", ["2026-03-01"]), ("c", [])):
        await scoring.know(*(purchase(customer, f"{customer}-{each}", day(each)) for each in (*weekly, *back)))
    await close(scoring)
    [row] = (await rates(scoring, "period=2025-10"))["items"]
    assert (row["defection"]["count"], row["reason"]) == (3, None)
    assert row["came_back"] == {"n": 3, "count": 1, "share": 0.3333, "interval": [0.0615, 0.7923]}
    [none] = (await rates(scoring, "period=2025-09"))["items"]
    assert (none["came_back"]["n"], none["came_back"]["share"]) == (0, None)
    assert none["reason"] == "Nobody defected who could come back."


@pytest.mark.parametrize(
    ("query", "groups", "n"),
    [
        ("cohort=2025-12", ["2025-12"], [3]),
        ("store=331", ["331"], [1]),
        ("format=grocery", ["grocery"], [3]),
        ("format=unknown", ["unknown"], [1]),
        ("by=store", ["330", "331"], [3, 1]),
        ("by=cohort", ["2025-12", "2026-01"], [3, 1]),
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
    assert row["reason"].startswith("Nobody was active at the period's start.")


async def test_S06_rates_are_paged_in_order(scoring: Scoring) -> None:
    await base(scoring)
    await close(scoring)
    whole = (await rates(scoring, "by=store&limit=500"))["items"]
    assert len(whole) == 2 * 15, "twelve months, and the quarters from 2025-Q2 to Q4"
    assert [row["group"] for row in whole] == ["330"] * 15 + ["331"] * 15
    assert [row["period"] for row in whole[:15]] == [
        *(f"2025-{month:02}" for month in range(3, 13)),
        "2026-01",
        "2026-02",
        *("2025-Q2", "2025-Q3", "2025-Q4"),
    ]
    paged: list[dict[str, Any]] = []
    query: str | None = "by=store&limit=7"
    while query is not None:
        page = await rates(scoring, query)
        paged += page["items"]
        query = page["next"] and f"by=store&limit=7&cursor={page['next']}"
    assert paged == whole


async def test_S06_only_the_rows_of_a_page_are_made(scoring: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    await base(scoring)
    await close(scoring)
    made: list[Key] = []

    def counting(content: dict[str, Any], by: str, key: Key) -> Row:
        made.append(key)
        return row(content, by, key)

    monkeypatch.setattr("services.scoring.rates.api.row", counting)
    page = await rates(scoring, "by=store&limit=2")
    assert [key.period for key in made] == ["2025-03", "2025-04"]
    assert page["loyal_base"] == {"330": 3}, "of the groups on this page"


async def test_S06_a_cursor_stays_with_its_close_and_its_grouping(scoring: Scoring) -> None:
    await base(scoring)
    await close(scoring)
    first = await rates(scoring, "by=store&limit=14")
    await scoring.know(purchase("e", "late", day("2026-02-05"), store="330"))
    await close(scoring)
    await close(scoring, "2026-04-10T00:00:00Z")
    rest = await rates(scoring, f"by=store&cursor={first['next']}")
    assert (rest["as_of"], rest["revision"]) == (AS_OF, 1)
    assert len(rest["items"]) == 16
    for query in ("", "by=cohort&", "by=store&period=2026-02&", "store=331&"):
        answer = await scoring.client.get(f"/v1/rates?{query}cursor={first['next']}")
        assert (answer.status_code, answer.json()["detail"]) == (422, "this cursor is not of this list"), query
    unknown = encode(AS_OF, 10**17, "store", "330", "2025-05")
    assert (await scoring.client.get(f"/v1/rates?by=store&cursor={unknown}")).status_code == 422


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
        ("by=segment&period=2026-02", 404, None, "nothing is told of 2026-02; what is told: nothing"),
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
