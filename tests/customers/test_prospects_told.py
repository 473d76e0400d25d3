"""C05: an enquiry told again, or anew after a loss; what is refused; what a caller is shown."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.customers.prospects import NEW, PATH, begun, everything, known, stages, step
from tests.customers.visits import bound
from tests.support.client import Client

AT_TEN = "2026-03-01T10:00:00Z"


async def test_C05_the_same_enquiry_told_again_counts_once(customers: Client) -> None:
    await known(customers)
    answers = await asyncio.gather(*(customers.post("/v1/prospects", NEW) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    moved = await step(customers, "stage", stage="interaction")
    again = await customers.post("/v1/prospects", NEW | {"id": "asha"})
    assert (again.status_code, again.json()) == (200, moved)
    assert [stage for stage, _ in await stages(customers)] == ["enquiry", "interaction"]


async def test_C05_one_acquisition_of_a_customer_is_open_at_a_time(customers: Client) -> None:
    await begun(customers)
    before = await everything(customers)
    other = await customers.post("/v1/prospects", NEW | {"product_id": "p-8"})
    assert (other.status_code, other.json()["detail"]) == (
        409,
        "an acquisition of this customer is open: there is one at a time",
    )
    assert await everything(customers) == before


async def test_C05_who_was_lost_is_acquired_anew(customers: Client) -> None:
    await begun(customers)
    await step(customers, "qualify", verdict="unqualified")
    await step(customers, "stage", stage="interaction", occurred_at=None)
    lost = await step(customers, "close", outcome="lost", reason="went to a competitor")
    told_again = await customers.post("/v1/prospects", NEW)
    assert (told_again.status_code, told_again.json()) == (200, lost), "an enquiry with its moment is the old one"
    early = await customers.post("/v1/prospects", NEW | {"source": "web", "occurred_at": AT_TEN})
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (409, "/occurred_at")
    timeless = {name: value for name, value in NEW.items() if name != "occurred_at"} | {"source": "web"}
    anew = await customers.post("/v1/prospects", timeless)
    assert anew.status_code == 201, anew.text
    fresh = anew.json()
    assert (fresh["number"], fresh["version"], fresh["created_at"]) == (2, 5, lost["created_at"])
    assert [fresh[name] for name in ("stage", "furthest", "verdict", "outcome", "closed_at")] == [
        "enquiry",
        "enquiry",
        None,
        None,
        None,
    ]
    assert (fresh["source"], fresh["cost"]["amount"]) == ("web", "12.50")
    stale = await customers.post(f"{PATH}/stage", {"stage": "interaction"}, match='"1"')
    assert stale.status_code == 412, "a version of the lost acquisition never fits the new one"
    _, changes, _ = await everything(customers)
    assert [change["what"] for change in changes] == ["begin", "close", "move", "qualify", "begin"]
    assert changes[0]["before"]["source"] == "fair"


async def test_C05_the_same_enquiry_without_a_moment_after_a_loss_is_a_new_one(customers: Client) -> None:
    await known(customers)
    enquiry = {"customer_id": "asha", "source": "web"}
    for number in (1, 2):
        assert (await customers.post("/v1/prospects", enquiry)).json()["number"] == number
        await step(customers, "close", outcome="lost")


async def test_C05_a_secured_customer_is_no_prospect_again(customers: Client) -> None:
    await begun(customers, profile={"buying_type": "emotional"})
    await step(customers, "stage", stage="exchange")
    await step(customers, "close", outcome="secured")
    before = await everything(customers)
    again = await customers.post("/v1/prospects", {"customer_id": "asha"})
    assert (again.status_code, again.json()["detail"]) == (
        409,
        "the customer is secured: only who was lost is acquired again",
    )
    assert await everything(customers) == before


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"id": "ben"}, "/customer_id"),
        ({"supply": "none"}, "/supply"),
        ({"demand": "scarce"}, "/demand"),
        ({"source": "a fair"}, "/source"),
        ({"product_id": "x" * 65}, "/product_id"),
        ({"cost": {"amount": "1.001", "currency": "INR"}}, "/cost/amount"),
        ({"cost": {"amount": 1.5, "currency": "INR"}}, "/cost/amount"),
        ({"cost": {"amount": "-1", "currency": "INR"}}, "/cost/amount"),
        ({"cost": {"amount": "1", "currency": "XXY"}}, "/cost/currency"),
        ({"occurred_at": "2026-03-01T09:00:00"}, "/occurred_at"),
        ({"occurred_at": "2199-01-01T00:00:00Z"}, "/occurred_at"),
        ({"stage": "exchange"}, "/stage"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_C05_bad_input_is_refused(customers: Client, changes: dict[str, Any], pointer: str) -> None:
    await known(customers)
    answer = await customers.post("/v1/prospects", NEW | changes)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    assert (await customers.get(PATH)).status_code == 404
    assert await stages(customers) == []


async def test_C05_of_nobody_there_is_no_prospect(customers: Client) -> None:
    assert (await customers.post("/v1/prospects", NEW)).status_code == 404
    await known(customers)
    for path in (PATH, f"{PATH}/history"):
        assert (await customers.get(path)).status_code == 404
    told = {"stage": "interaction", "verdict": "later", "outcome": "lost"}
    for verb, name in (("stage", "stage"), ("qualify", "verdict"), ("close", "outcome")):
        assert (await customers.post(f"{PATH}/{verb}", {name: told[name]}, match='"1"')).status_code == 404


async def test_C05_a_list_is_narrowed_by_what_prospects_are(customers: Client) -> None:
    now = datetime.now(UTC)
    fresh = {"occurred_at": now.isoformat()}
    await begun(customers, "asha")
    await begun(customers, "ben", {"buying_type": "emotional"}, store_id="7")
    await begun(customers, "carl", {"buying_type": None}, **fresh)
    await begun(customers, "dora", {"buying_type": None}, store_id=None)
    await begun(customers, "eve", {"buying_type": "emotional"})
    await step(customers, "stage", "eve", stage="usage", occurred_at=AT_TEN)
    await customers.call("PATCH", "/v1/customers/eve", {"buying_type": "rational"}, match='"1"')
    await step(customers, "qualify", "ben", verdict="later")
    await begun(customers, "fred")
    await step(customers, "close", "fred", outcome="lost")

    async def listed(query: str) -> list[str]:
        items = (await customers.get(f"/v1/prospects?{query}")).json()["items"]
        if "stalled" in query:
            assert {str(item["stalled"]).lower() for item in items} == {query.partition("=")[2]}
        return [item["id"] for item in items]

    assert await listed("stalled=true") == ["asha", "dora"]
    assert await listed("stalled=false") == ["ben", "carl", "eve", "fred"]
    assert await listed("stage=usage") == ["eve"]
    assert await listed("verdict=later&stage=enquiry") == ["ben"]
    assert await listed("store_id=7") == ["ben"]
    assert await listed("open=false") == ["fred"]
    assert await listed("open=true&limit=2") == ["asha", "ben"]
    first = (await customers.get("/v1/prospects?limit=4")).json()
    rest = (await customers.get(f"/v1/prospects?limit=4&cursor={first['next']}")).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == ["asha", "ben", "carl", "dora", "eve", "fred"]


async def test_W06_a_bound_token_begins_lists_and_moves_its_stores_but_reads_every_customer(customers: Client) -> None:
    own, other = bound(customers, "330"), bound(customers, "7")
    await known(customers)
    for store in ("330", None):
        assert (await customers.post("/v1/prospects", NEW | {"store_id": store}, bearer=other)).status_code == 403
    assert (await customers.post("/v1/prospects", NEW, bearer=own)).status_code == 201
    await begun(customers, "ben", store_id=None)
    for bearer, names in ((own, ["asha"]), (other, [])):
        items = (await customers.get("/v1/prospects", bearer=bearer)).json()["items"]
        assert [item["id"] for item in items] == names
        assert (await customers.get(PATH, bearer=bearer)).status_code == 200
    before = await everything(customers)
    steps = {"qualify": {"verdict": "later"}, "stage": {"stage": "interaction"}, "close": {"outcome": "lost"}}
    for verb, told in steps.items():
        for path, bearer in ((PATH, other), ("/v1/prospects/ben", own)):
            answer = await customers.post(f"{path}/{verb}", told, match='"1"', bearer=bearer)
            assert answer.status_code == 403, "whose prospect it is not"
    assert await everything(customers) == before
    for version, (verb, told) in enumerate(steps.items(), start=1):
        assert (await customers.post(f"{PATH}/{verb}", told, match=f'"{version}"', bearer=own)).status_code == 200
