"""K01: a complaint from its opening to its close, over REST."""

import pytest

from tests.complaints.cases import BODIES, COMPLAINT, OPENED_AT, act, lived, opened
from tests.support.client import Client

REMEDIES = "remedy, request_remedy, approve_remedy, refuse_remedy"


async def test_K01_from_open_to_closed(complaints: Client) -> None:
    created = await complaints.post("/v1/complaints", COMPLAINT | {"text": "Waited too long", "channel": "store"})
    assert (created.status_code, created.headers["ETag"]) == (201, '"1"')
    case = created.json()
    assert created.headers["Location"] == f"/v1/complaints/{case['id']}"
    assert (case["state"], case["level"], case["handovers"], case["department"]) == ("open", 0, 0, None)
    states = []
    for verb in ("acknowledge", "assign", "resolve", "close"):
        answer = await act(complaints, case, verb)
        case = answer.json()
        assert (answer.status_code, answer.headers["ETag"]) == (200, f'"{case["version"]}"')
        states.append(case["state"])
    assert states == ["acknowledged", "in_progress", "resolved", "closed"]
    read = await complaints.get(f"/v1/complaints/{case['id']}")
    assert (read.json(), read.headers["ETag"]) == (case, '"5"')
    assert (case["resolution"], case["root_cause"], case["text"]) == (
        "Second till opened",
        "staffing",
        "Waited too long",
    )


async def test_K01_one_history_says_who_did_what_when_and_for_which_department(complaints: Client) -> None:
    case = await opened(complaints)
    told = [
        ("assign", {"occurred_at": "2017-03-01T10:30:00Z", "owner": "emp-7"}),
        ("acknowledge", {"occurred_at": "2017-03-01T11:00:00Z"}),
        ("escalate", {"occurred_at": "2017-03-01T12:00:00Z", "note": "She is a regular"}),
        ("assign", {"occurred_at": "2017-03-01T13:00:00Z", "department": "floor"}),
        ("resolve", {"occurred_at": "2017-03-01T14:00:00Z"}),
    ]
    for verb, more in told:
        case = (await act(complaints, case, verb, **more)).json()
    history = [(step["verb"], step["occurred_at"][11:16], step["note"], step["department"]) for step in case["history"]]
    assert history == [
        ("open", "10:00", None, None),
        ("assign", "10:30", None, "tills"),
        ("acknowledge", "11:00", None, "tills"),
        ("escalate", "12:00", "She is a regular", "tills"),
        ("assign", "13:00", None, "floor"),
        ("resolve", "14:00", "Second till opened", "floor"),
    ]
    assert {step["by"] for step in case["history"]} == {"local-admin"}
    assert all(step["recorded_at"] > step["occurred_at"] for step in case["history"])
    assert (case["handovers"], case["level"], case["owner"]) == (1, 1, None)


async def test_K01_resolved_at_first_contact_counts_as_acknowledged_then(complaints: Client) -> None:
    case = await lived(complaints, await opened(complaints), "resolve")
    assert case["acknowledged_at"] == case["resolved_at"] == OPENED_AT
    assert (case["first_contact"], case["first_contact_claimed"]) == (True, None)


async def test_K01_reopened_it_is_in_progress_again_and_no_longer_resolved(complaints: Client) -> None:
    case = await lived(complaints, await opened(complaints), "resolve", "close")
    again = (await act(complaints, case, "reopen", reason="It came back")).json()
    assert (again["state"], again["reopened"]) == ("in_progress", 1)
    assert (again["resolved_at"], again["closed_at"]) == (None, None)
    assert again["acknowledged_at"] == case["acknowledged_at"]
    assert again["history"][-1]["note"] == "It came back"
    settled = await lived(complaints, again, "resolve", "close")
    assert (settled["state"], settled["reopened"]) == ("closed", 1)


async def test_K01_withdrawn_and_taken_up_again(complaints: Client) -> None:
    case = await lived(complaints, await opened(complaints), "withdraw")
    assert (case["state"], case["acknowledged_at"]) == ("withdrawn", None)
    again = await lived(complaints, case, "reopen")
    assert again["acknowledged_at"] == again["history"][-1]["occurred_at"]


async def test_K01_remedies_are_kept_with_their_exact_cost(complaints: Client) -> None:
    case = await opened(complaints)
    cost = {"kind": "voucher", "cost_amount": "12.50", "currency": "USD", "granted_by": "emp-7"}
    case = (await act(complaints, case, "remedies", **cost)).json()
    case = (await act(complaints, case, "remedies", kind="refund", cost_amount="0.125", currency="BHD")).json()
    case = await lived(complaints, case, "remedies")
    shown = [(r["kind"], r["cost_amount"], r["currency"], r["granted_by"]) for r in case["remedies"]]
    assert shown == [
        ("voucher", "12.50", "USD", "emp-7"),
        ("refund", "0.125", "BHD", "local-admin"),
        ("apology", None, None, "local-admin"),
    ]
    assert (await complaints.get(f"/v1/complaints/{case['id']}")).json() == case


@pytest.mark.parametrize(
    ("life", "refused", "options"),
    [
        ([], ["close", "reopen", "resume"], f"acknowledge, assign, escalate, pause, {REMEDIES}, resolve, withdraw"),
        (["acknowledge"], ["acknowledge", "close"], f"assign, escalate, pause, {REMEDIES}, resolve, withdraw"),
        (["acknowledge", "assign"], ["reopen"], f"assign, escalate, pause, {REMEDIES}, resolve, withdraw"),
        (["pause"], ["pause", "close"], f"acknowledge, assign, escalate, resume, {REMEDIES}, resolve, withdraw"),
        (["pause", "resume"], ["resume"], f"acknowledge, assign, escalate, pause, {REMEDIES}, resolve, withdraw"),
        (["resolve"], ["assign", "escalate", "pause", "resolve", "withdraw"], f"{REMEDIES}, close, reopen"),
        (["resolve", "close"], sorted({*BODIES} - {"reopen"}), "reopen"),
        (["withdraw"], sorted({*BODIES} - {"reopen"}), "reopen"),
    ],
)
async def test_K01_a_verb_out_of_place_is_refused_and_changes_nothing(
    complaints: Client, life: list[str], refused: list[str], options: str
) -> None:
    case = await lived(complaints, await opened(complaints), *life)
    before = await complaints.outbox()
    for verb in refused:
        answer = await act(complaints, case, verb)
        assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
        problem = answer.json()
        assert problem["type"] == "urn:elevenfold:problem:wrong-state"
        assert f"the complaint is {case['state']}" in problem["detail"]
        assert problem["detail"].endswith(f"only {options}")
    assert (await complaints.get(f"/v1/complaints/{case['id']}")).json() == case
    assert await complaints.outbox() == before
