"""K01: what needed one contact only, how long a case is reopened, and the new one that follows it."""

from typing import Any

import pytest

from shared.events.complaints import ComplaintResolved
from tests.complaints.cases import COMPLAINT, OPENED_AT, act, lived, merged, opened
from tests.complaints.serving import heard
from tests.support.client import Client

WITHIN, AFTER = "2017-03-31T10:00:00Z", "2017-03-31T10:00:00.000001Z"


@pytest.mark.parametrize(
    ("life", "claim", "found"),
    [
        ([], {}, True),
        ([], {"first_contact": False}, False),
        ([], {"occurred_at": "2017-03-01T11:00:00Z"}, True),
        ([], {"occurred_at": "2017-03-01T11:00:01Z"}, False),
        ([], {"occurred_at": "2017-03-02T09:00:00Z", "first_contact": True}, True),
        (["acknowledge", "assign", "remedies"], {"first_contact": True}, True),
        (["escalate"], {"first_contact": True}, False),
        (["pause", "resume"], {"first_contact": True}, False),
        (["withdraw", "reopen"], {"first_contact": True}, False),
    ],
)
async def test_K01_first_contact_is_derived(
    complaints: Client, life: list[str], claim: dict[str, Any], found: bool
) -> None:
    case = await lived(complaints, await opened(complaints), *life)
    case = (await act(complaints, case, "resolve", **claim)).json()
    assert (case["first_contact"], case["first_contact_claimed"]) == (found, claim.get("first_contact"))
    assert (await complaints.outbox())[-1].data == ComplaintResolved(root_cause="staffing", first_contact=found)


async def test_K01_a_hand_over_and_a_reopening_contradict_the_first_contact(complaints: Client) -> None:
    case = await lived(complaints, await opened(complaints), "assign")
    case = (await act(complaints, case, "assign", department="floor")).json()
    assert (await act(complaints, case, "resolve", first_contact=True)).json()["first_contact"] is False
    case = await lived(complaints, await opened(complaints), "resolve")
    assert case["first_contact"] is True
    assert (await lived(complaints, case, "reopen"))["first_contact"] is False


@pytest.mark.parametrize("life", [["resolve"], ["resolve", "remedies"], ["resolve", "close"], ["withdraw"]])
async def test_K01_a_case_is_reopened_for_a_month(complaints: Client, life: list[str]) -> None:
    case = await lived(complaints, await opened(complaints), *life)
    before = await complaints.outbox()
    late = await act(complaints, case, "reopen", occurred_at=AFTER)
    assert (late.status_code, late.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert "within 30 days" in late.json()["detail"]
    assert f'open a new complaint that names this one: "follows": "{case["id"]}"' in late.json()["detail"]
    assert (await complaints.get(f"/v1/complaints/{case['id']}")).json() == case
    assert await complaints.outbox() == before
    again = (await act(complaints, case, "reopen", occurred_at=WITHIN)).json()
    assert (again["state"], again["reopened"]) == ("in_progress", 1)
    assert again["due_resolve"] == "2017-04-05T10:00:00Z", "five days from the reopening"


async def test_K01_a_new_complaint_follows_an_earlier_one_of_the_same_customer(complaints: Client) -> None:
    await opened(complaints, id="c-1")
    later = await opened(complaints, id="c-2", follows="c-1", occurred_at=AFTER)
    assert later["follows"] == "c-1"
    assert (await complaints.get("/v1/complaints/c-2")).json()["follows"] == "c-1"
    await heard(complaints, merged("asha", COMPLAINT["customer_id"]))
    assert (await opened(complaints, id="c-3", follows="c-2", customer_id="asha", occurred_at=AFTER))["id"] == "c-3"


@pytest.mark.parametrize(
    "named", [{"follows": "nothing"}, {"follows": "c-2"}, {"follows": "c-1", "customer_id": "ben"}, {"follows": "c-9"}]
)
async def test_K01_it_follows_nothing_else(complaints: Client, named: dict[str, str]) -> None:
    await opened(complaints, id="c-1")
    await opened(complaints, id="c-9", occurred_at=AFTER)
    before = await complaints.outbox()
    answer = await complaints.post("/v1/complaints", COMPLAINT | {"id": "c-2", "occurred_at": OPENED_AT} | named)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/follows")
    assert (await complaints.get("/v1/complaints/c-2")).status_code == 404
    assert await complaints.outbox() == before
