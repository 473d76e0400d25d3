"""K01: the purchase that a complaint names, judged by the service's own copy of purchases."""

from tests.complaints.cases import COMPLAINT, merged, opened, unmerged
from tests.complaints.serving import heard, sale
from tests.support.client import Client

WHO = COMPLAINT["customer_id"]


async def purchase_of(client: Client, complaint: str) -> str | None:
    """What the complaint's view tells of its purchase."""
    found: str | None = (await client.get(f"/v1/complaints/{complaint}")).json()["purchase"]
    return found


async def test_K01_a_purchase_is_known_once_it_was_heard_of(complaints: Client) -> None:
    assert (await opened(complaints))["purchase"] is None
    case = await opened(complaints, id="c-1", purchase_id="bill-1")
    assert case["purchase"] == "unknown"
    await heard(complaints, sale("bill-1", customer=WHO))
    assert await purchase_of(complaints, "c-1") == "known"
    assert (await opened(complaints, id="c-2", purchase_id="bill-1"))["purchase"] == "known"


async def test_K01_another_customers_purchase_is_refused_where_it_is_known(complaints: Client) -> None:
    await heard(complaints, sale("bill-1", customer="ben"))
    answer = await complaints.post("/v1/complaints", COMPLAINT | {"id": "c-1", "purchase_id": "bill-1"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/purchase_id")
    assert (await complaints.get("/v1/complaints/c-1")).status_code == 404
    assert await complaints.outbox() == []


async def test_K01_it_shows_where_the_purchase_turns_out_to_be_another_customers(complaints: Client) -> None:
    body = {"id": "c-1", "purchase_id": "bill-1"}
    await opened(complaints, **body)
    await heard(complaints, sale("bill-1", customer="ben"))
    assert await purchase_of(complaints, "c-1") == "another_customers"
    again = await complaints.post("/v1/complaints", COMPLAINT | body)
    assert again.status_code == 200, "told twice it is the complaint that was taken"


async def test_K01_a_sale_of_nobody_known_is_whoever_complains(complaints: Client) -> None:
    await heard(complaints, sale("bill-1"))
    assert (await opened(complaints, purchase_id="bill-1"))["purchase"] == "known"


async def test_K01_a_purchase_of_the_same_merged_customer_is_theirs(complaints: Client) -> None:
    await heard(
        complaints, sale("bill-1", customer="asha"), sale("bill-2", customer="ben"), sale("bill-3", customer=WHO)
    )
    await heard(complaints, merged("asha", "one"), merged(WHO, "one"), merged("ben", "two"))
    await opened(complaints, id="c-1", purchase_id="bill-1")
    await opened(complaints, id="c-3", purchase_id="bill-3")
    await opened(complaints, id="c-2", purchase_id="bill-2", customer_id="two")
    await opened(complaints, id="c-4")
    told = (await complaints.get("/v1/complaints")).json()["items"]
    known = {"c-1": "known", "c-2": "known", "c-3": "known", "c-4": None}
    assert {item["id"]: item["purchase"] for item in told} == known
    await heard(complaints, unmerged("asha"))
    told = (await complaints.get("/v1/complaints")).json()["items"]
    assert {item["id"]: item["purchase"] for item in told} == known | {"c-1": "another_customers"}
