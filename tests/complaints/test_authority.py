"""K03: what an employee may grant by their training, and what somebody else decides beyond it."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import pytest

from services.complaints.authority.domain import (
    BeyondAuthorityError,
    Person,
    Trained,
    TrainingExpiredError,
    check,
    limit,
    same,
)
from services.complaints.workers import working
from shared.events import Money
from shared.events.complaints import ComplaintRemedyGranted, ComplaintRemedyRefused
from shared.events.customers import CustomerErased
from tests.complaints.cases import COMPLAINT, act, lived, opened
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import told

BEYOND, OWN, EXPIRED = "beyond-authority", "own-request", "training-expired"
REFUND = {"kind": "refund", "currency": "USD", "occurred_at": "2017-03-02T10:00:00Z"}
CANARY = "canary-that-must-not-sing"


@pytest.fixture
async def governed(complaints: Client) -> Client:
    """USD is governed: level 1 grants 50, level 3 grants 500. ann has level 3, ben had it until March, cid has none."""
    for level, amount in ((1, "50"), (3, "500")):
        assert (await complaints.put(f"/v1/authority-limits/{level}/USD", {"amount": amount})).status_code == 201
    for name, until in (("ann", None), ("ben", "2017-03-02T00:00:00Z")):
        training = {"level": 3, "occurred_at": "2016-06-01T00:00:00Z", "expires_at": until}
        assert (await complaints.post(f"/v1/staff/{name}/trainings", training)).status_code == 201
    return complaints


async def asked(client: Client, case: dict[str, Any], amount: str = "501", by: str = "ann", **more: Any) -> Any:
    """A request, as it was answered; the case's version after it is its `version`."""
    body = REFUND | {"cost_amount": amount, "requested_by": by} | more
    answer = await client.post(f"/v1/complaints/{case['id']}/remedy-requests", body, match=f'"{case["version"]}"')
    assert answer.status_code == 200, answer.text
    return request_of(answer)


def request_of(answer: httpx.Response) -> dict[str, Any]:
    """The newest request of a complaint, with the complaint's id and version."""
    case = answer.json()
    newest: dict[str, Any] = case["remedy_requests"][-1]
    return newest | {"complaint_id": case["id"], "version": case["version"]}


async def decide(client: Client, request: dict[str, Any], verb: str, **body: Any) -> httpx.Response:
    """Approve or refuse a request in the version of its case that it was answered with."""
    path = f"/v1/complaints/{request['complaint_id']}/remedy-requests/{request['number']}/{verb}"
    bearer = body.pop("bearer", None)
    return await client.post(path, body, match=f'"{request["version"]}"', bearer=bearer)


def kind(answer: httpx.Response) -> tuple[int, str]:
    """A refusal's status and problem type."""
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


def test_K03_a_level_has_the_limit_of_the_next_lower_one() -> None:
    limits = {1: Decimal(50), 3: Decimal(500)}
    assert [limit(limits, level) for level in range(6)] == [0, 50, 50, 500, 500, 500]
    check(Decimal(500), limits, Trained(3))
    check(Decimal(10**6), {}, Trained(0))
    with pytest.raises(BeyondAuthorityError, match=r"500\.01 is more than 500, the limit of level 3"):
        check(Decimal("500.01"), limits, Trained(3, lapsed=3))
    with pytest.raises(TrainingExpiredError):
        check(Decimal(500), limits, Trained(2, lapsed=3))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (Person("ann", "till"), Person("ben", "till"), False),
        (Person("ann", "till"), Person("ann", "office"), True),
        (Person("ann", "till"), Person(None, "ann"), True),
        (Person(None, "ann"), Person(None, "ann"), True),
        (Person(None, "ann"), Person(None, "ben"), False),
        (Person(None, "till"), Person("ben", "till"), True),
        (Person("ann", "till"), Person(None, "till"), True),
        (Person("ann", "till"), Person(None, "office"), False),
    ],
)
def test_K03_who_is_not_named_is_told_by_their_token(one: Person, other: Person, alike: bool) -> None:
    assert same(one, other) is alike


async def test_K03_a_limit_is_exact_and_the_chains(complaints: Client) -> None:
    path = "/v1/authority-limits/3/JPY"
    bound = complaints.issuer.token(stores=["330"])
    assert (await complaints.put(path, {"amount": "500"}, bearer=bound)).status_code == 403
    refused = await complaints.put(path, {"amount": "500.5"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/amount")
    for nowhere in ("/v1/authority-limits/6/USD", "/v1/authority-limits/3/XXQ"):
        assert (await complaints.put(nowhere, {"amount": "500"})).status_code == 422
    assert (await complaints.get(path)).status_code == 404
    answers = await asyncio.gather(*(complaints.put(path, {"amount": "500"}) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert (await complaints.put(path, {"amount": "600"})).status_code == 428
    assert (await complaints.put(path, {"amount": "600"}, match='"1"')).json()["amount"] == "600"
    await complaints.put("/v1/authority-limits/0/EUR", {"amount": "0"})
    listed = (await complaints.get("/v1/authority-limits")).json()["items"]
    assert [(each["currency"], each["level"]) for each in listed] == [("EUR", 0), ("JPY", 3)]
    assert len((await complaints.get(f"{path}/history")).json()["items"]) == 2


@pytest.mark.parametrize(
    ("by", "amount", "more", "refusal"),
    [
        ("ann", "500", {}, None),
        ("ann", "501", {}, BEYOND),
        ("ben", "500", {}, EXPIRED),
        ("ben", "501", {}, BEYOND),
        ("ben", "500", {"occurred_at": "2017-03-01T23:59:59Z"}, None),
        ("cid", "0.01", {}, BEYOND),
        ("cid", "0", {}, None),
        ("cid", None, {"kind": "apology"}, None),
        ("cid", "9000", {"currency": "EUR"}, None),
    ],
)
async def test_K03_a_remedy_beyond_the_limit_is_refused(
    governed: Client, by: str, amount: str | None, more: dict[str, Any], refusal: str | None
) -> None:
    case = await opened(governed)
    priced = {"cost_amount": amount} if amount else {"currency": None}
    answer = await act(governed, case, "remedies", **REFUND | {"granted_by": by} | priced | more)
    after = (await governed.get(f"/v1/complaints/{case['id']}")).json()
    if refusal is None:
        assert answer.status_code == 200, answer.text
        assert after["remedies"][0]["granted_by"] == by
    else:
        assert kind(answer) == (403, refusal)
        assert after == case
        assert len((await governed.get(f"/v1/complaints/{case['id']}/history")).json()["items"]) == 1
        assert len(await governed.outbox()) == 1


async def test_K03_the_caller_grants_where_nobody_is_named(governed: Client) -> None:
    case, path = await opened(governed), "/v1/complaints/{}/remedies"
    body = REFUND | {"cost_amount": "500"}
    for subject, status in (("cid", 403), ("ann", 200)):
        bearer = governed.issuer.token(sub=subject)
        assert (await governed.post(path.format(case["id"]), body, match='"1"', bearer=bearer)).status_code == status


async def test_K03_money_without_an_amount_is_refused_once_anything_is_governed(complaints: Client) -> None:
    case = await lived(complaints, await opened(complaints), "acknowledge")
    case = (await act(complaints, case, "remedies", kind="voucher")).json()
    await complaints.put("/v1/authority-limits/1/EUR", {"amount": "50"})
    answers = [await act(complaints, case, "remedies", kind="voucher")]
    path = f"/v1/complaints/{case['id']}/remedy-requests"
    answers.append(await complaints.post(path, {"kind": "refund"}, match="*"))
    for answer in answers:
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/cost_amount")
    assert (await act(complaints, case, "remedies", kind="apology")).status_code == 200


async def test_K03_somebody_else_approves_what_was_asked_for(governed: Client) -> None:
    case = await opened(governed)
    request = await asked(governed, case, "400", by="cid")
    assert (request["state"], request["version"], request["requested_by"]) == ("pending", 2, "cid")
    assert len(await governed.outbox()) == 1, "asking is no news"
    assert kind(await decide(governed, request, "approve", approved_by="cid")) == (403, OWN)
    assert kind(await decide(governed, request, "approve", approved_by="dan")) == (403, BEYOND)
    assert kind(await decide(governed, request, "approve", approved_by="ben")) == (403, EXPIRED)
    at = "2017-03-03T10:00:00Z"
    granted = await decide(governed, request, "approve", approved_by="ann", occurred_at=at)
    assert granted.status_code == 200, granted.text
    view = granted.json()
    assert [(each["granted_by"], each["cost_amount"]) for each in view["remedies"]] == [("ann", "400.00")]
    assert [each["verb"] for each in view["history"]] == ["open", "request_remedy", "approve_remedy"]
    [kept] = view["remedy_requests"]
    assert (kept["state"], kept["decided_by"], kept["decided_at"]) == ("approved", "ann", at)
    assert (await governed.outbox())[-1].data == ComplaintRemedyGranted(
        kind="refund", cost=Money(amount=Decimal("400.00"), currency="USD"), escalated=True
    )
    again = await decide(governed, request | {"version": 3}, "refuse", reason="no")
    assert kind(again) == (409, "wrong-state")
    assert "approved by ann" in again.json()["detail"]


async def test_K03_nobody_approves_what_their_own_token_asked_for(governed: Client) -> None:
    await governed.post("/v1/staff/eve/trainings", {"level": 3, "occurred_at": "2016-06-01T00:00:00Z"})
    case, eve = await opened(governed), governed.issuer.token(sub="eve")
    path = f"/v1/complaints/{case['id']}/remedy-requests"
    request = request_of(await governed.post(path, REFUND | {"cost_amount": "400"}, bearer=eve, match="*"))
    assert request["requested_by"] == "eve"
    for named in ({}, {"approved_by": "eve"}, {"approved_by": "ann"}):
        assert kind(await decide(governed, request, "approve", bearer=eve, **named)) == (403, OWN)
    ann = governed.issuer.token(sub="ann")
    assert (await decide(governed, request, "approve", bearer=ann)).status_code == 200


async def test_K03_a_refusal_is_told_and_its_words_stay(governed: Client) -> None:
    request = await asked(governed, await opened(governed), "501", by="ann")
    assert (await decide(governed, request, "refuse", refused_by="dan")).status_code == 422
    view = (await decide(governed, request, "refuse", refused_by="dan", reason=CANARY)).json()
    assert view["remedies"] == []
    assert (view["remedy_requests"][0]["state"], view["remedy_requests"][0]["reason"]) == ("refused", CANARY)
    assert view["history"][-1]["note"] == CANARY
    [_, event] = await governed.outbox()
    assert event.data == ComplaintRemedyRefused(kind="refund", escalated=True)


async def test_K03_a_settled_case_grants_nothing_more(governed: Client) -> None:
    case = await opened(governed)
    request = await asked(governed, case, "400", by="cid")
    read = case | {"version": request["version"]}
    case = (await act(governed, read, "withdraw", occurred_at="2017-03-02T11:00:00Z")).json()
    for verb, body in (("approve", {"approved_by": "ann"}), ("refuse", {"reason": "no"})):
        answer = await decide(governed, request | {"version": case["version"]}, verb, **body)
        assert kind(answer) == (409, "wrong-state")
        assert "withdrawn" in answer.json()["detail"]
    path = f"/v1/complaints/{case['id']}/remedy-requests"
    late = await governed.post(path, REFUND | {"cost_amount": "1"}, match="*")
    assert late.status_code == 409
    assert (await governed.get(f"/v1/complaints/{case['id']}")).json() == case


async def test_K03_of_two_who_decide_at_once_one_does(governed: Client) -> None:
    await governed.post("/v1/staff/dan/trainings", {"level": 4, "occurred_at": "2016-06-01T00:00:00Z"})
    request = await asked(governed, await opened(governed), "400", by="cid")
    answers = await asyncio.gather(
        decide(governed, request, "approve", approved_by="ann"),
        decide(governed, request, "approve", approved_by="dan"),
        decide(governed, request, "refuse", refused_by="dan", reason="no"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    view = (await governed.get(f"/v1/complaints/{request['complaint_id']}")).json()
    assert (view["version"], len(await governed.outbox())) == (3, 2)


async def test_K03_deciding_asks_for_the_version_and_the_store(governed: Client) -> None:
    case = await opened(governed)
    request = await asked(governed, case, "400", by="cid")
    path = f"/v1/complaints/{case['id']}/remedy-requests"
    bound = governed.issuer.token(stores=["331"])
    body = REFUND | {"cost_amount": "1"}
    assert (await governed.post(path, body, bearer=bound)).status_code == 404
    assert (await governed.post(path, body)).status_code == 428
    assert (await governed.post(path, body, match='"1"')).status_code == 412
    assert (await governed.post(f"{path}/7/approve", {}, match='"2"')).status_code == 404
    for verb, told_ in (("approve", {"approved_by": "ann"}), ("refuse", {"reason": "no"})):
        assert (await governed.post(f"{path}/{request['number']}/{verb}", told_)).status_code == 428
        assert (await decide(governed, request, verb, bearer=bound, **told_)).status_code == 404
        early = await decide(governed, request, verb, occurred_at="2017-03-02T09:00:00Z", **told_)
        assert (early.status_code, early.json()["errors"][0]["pointer"]) == (409, "/occurred_at")
    assert len(await governed.outbox()) == 1


async def test_K03_a_request_forgets_the_person(governed: Client) -> None:
    refused = await asked(governed, await opened(governed))
    await decide(governed, refused, "refuse", refused_by="dan", reason=CANARY)
    pending = await asked(governed, await opened(governed))
    customer = COMPLAINT["customer_id"]
    await handled(governed, working(WORKER_SETTINGS), told(CustomerErased(erasure_id="part-1"), customer, customer))
    left = await dump(governed.database_url)
    assert found(left, CANARY, customer) == []
    assert len([line for line in left.split("\n") if line.startswith("public.remedy_requests ")]) == 2
    assert (await decide(governed, pending, "approve", approved_by="dan")).status_code == 410
