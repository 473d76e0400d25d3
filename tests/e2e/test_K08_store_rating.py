"""K08: complaints beside what a store sold, from REST to the store's own figures and to its rating."""

from typing import Any

from tests.e2e.closes import closed
from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

PERIOD = {"from": ago(days=60), "to": ago(days=-1)}


async def sell(crm: Pipeline, store: str, sales: int) -> None:
    """Anonymous sales: they count for the store alone."""
    lines = [bill(None, 20, id=f"{store}-{number}", store_id=store) for number in range(sales)]
    told = await crm.loyalty.stream("/v1/imports/purchases", lines)
    assert told[-1]["accepted"] == sales


async def complain(crm: Pipeline, store: str, cases: int) -> None:
    """Complaints of a store."""
    for number in range(cases):
        case = {"customer_id": f"{store}-{number}", "store_id": store, "category": "service", "severity": "low"}
        await done(crm.complaints, "POST", "/v1/complaints", case | {"occurred_at": ago(days=10)})


async def rates(crm: Pipeline) -> dict[str, dict[str, Any]]:
    """What the complaints service says of each store."""
    auth = {"Authorization": f"Bearer {crm.complaints.issuer.token()}"}
    answer = await crm.complaints.http.get("/v1/stores/complaint-rates", params=PERIOD, headers=auth)
    return {item["store_id"]: item for item in answer.json()["items"]}


async def test_K08_one_complaint_in_twenty_sales_does_not_make_the_worst_store(empty: Pipeline) -> None:
    sold = {"small": (20, 1), "bad": (400, 24), "good": (400, 2)}
    for store, (sales, cases) in sold.items():
        await sell(empty, store, sales)
        await complain(empty, store, cases)

    async def counted() -> dict[str, dict[str, Any]] | None:
        found = await rates(empty)
        return found if {store: each["transactions"] for store, each in found.items()} == of_sales else None

    of_sales = {store: sales for store, (sales, _) in sold.items()}
    found = await eventually(counted)
    assert {store: each["complaints"] for store, each in found.items()} == {"small": 1, "bad": 24, "good": 2}
    raw = {store: each["per_10000_transactions"]["value"] for store, each in found.items()}
    assert raw == {"small": 500.0, "bad": 600.0, "good": 50.0}

    await closed(empty, ago(days=0))
    ranked = (await empty.scoring.get("/v1/stores/ratings?sort=rating")).json()["items"]
    assert [each["store_id"] for each in ranked] == ["good", "small", "bad"]
    for each in ranked:
        low, high = each["complaints"]["per_10000_transactions"]["interval"]
        assert low < raw[each["store_id"]] < high
    assert ranked[1]["complaints"]["shrunk"] < raw["small"], "one complaint is thin evidence"
