"""K09: root causes, which of them recur, and what is done against them."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from services.complaints.causes.domain import Exposure, recurs
from services.complaints.workers import working
from shared.events.customers import CustomerErased
from tests.complaints.cases import act, opened
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import purchase, told

WORK = working(WORKER_SETTINGS)
CANARY = "canary-that-must-not-sing"
MARCH = "/v1/causes?from=2017-03-01&to=2017-04-01"
MOMENT = datetime.fromisoformat("2017-03-10T12:00:00Z")
ACTION = {"what": "A second till from 5 pm on", "due_at": "2017-04-01T00:00:00Z", "occurred_at": "2017-03-05T00:00:00Z"}


async def sold(client: Client, number: int, time: datetime, store: str = "330") -> None:
    """The service hears of so many sales."""
    day = time.date().isoformat()
    await handled(
        client, WORK, *(purchase("ben", f"{store}-{day}-{each}", time, store=store) for each in range(number))
    )


async def settled(client: Client, cause: str, at: str = "2017-03-10T12:00:00Z", **more: object) -> dict[str, Any]:
    """A complaint that was resolved then, with its root cause."""
    case = await opened(client, occurred_at=at, **more)
    answer = await act(client, case, "resolve", root_cause=cause, occurred_at=at)
    assert answer.status_code == 200, answer.text
    resolved: dict[str, Any] = answer.json()
    return resolved


async def agreed(client: Client, complaint: str, **more: object) -> dict[str, Any]:
    """A corrective action, as it was answered."""
    answer = await client.post(f"/v1/complaints/{complaint}/corrective-actions", ACTION | more)
    assert answer.status_code == 201, answer.text
    action: dict[str, Any] = answer.json()
    return action


async def complete(client: Client, action: dict[str, Any], **body: object) -> httpx.Response:
    path = f"/v1/complaints/{action['complaint_id']}/corrective-actions/{action['id']}/complete"
    return await client.post(path, body, match=f'"{action["version"]}"')


async def ids(client: Client, query: str, **options: Any) -> list[str]:
    """The actions that a list shows."""
    answer = await client.get(f"/v1/corrective-actions{query}", **options)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("cases", "transactions", "before", "expected"),
    [
        (3, 10, Exposure(1, 100), True),  # surely above 10.8 %, and 1 % before
        (2, 10, Exposure(0, 100), False),  # two are a coincidence
        (3, 10, Exposure(11, 100), False),  # 11 % before
        (3, 100_000, Exposure(1, 100), False),
        (3, 0, Exposure(1, 100), None),
        (3, 10, Exposure(0, 0), None),
        (30, 10, Exposure(1, 100), True),  # more cases than sales
    ],
)
def test_K09_a_cause_recurs_above_its_base_rate(
    cases: int, transactions: int, before: Exposure, expected: bool | None
) -> None:
    assert recurs(Exposure(cases, transactions), before) is expected


async def test_K09_causes_are_compared_with_the_year_before(complaints: Client) -> None:
    await sold(complaints, 20, MOMENT)
    await sold(complaints, 60, MOMENT - timedelta(days=30))
    await sold(complaints, 40, MOMENT - timedelta(days=200), "331")
    await sold(complaints, 50, MOMENT - timedelta(days=400))  # longer ago than a year
    for number in range(4):
        await settled(complaints, "staffing", id=f"s{number}", category="price" if number == 3 else "service")
    await settled(complaints, "till", id="t1")
    await settled(complaints, "staffing", id="old", at="2017-02-01T00:00:00Z", store_id="331")
    open_again = await settled(complaints, "till", id="t2")
    await act(complaints, open_again, "reopen", occurred_at="2017-03-11T00:00:00Z")

    staffing, till = (await complaints.get(MARCH)).json()["items"]
    assert (staffing["root_cause"], staffing["count"], staffing["share"]) == ("staffing", 4, 0.8)
    assert (staffing["rate"]["value"], staffing["base"], staffing["recurring"]) == (2000, 100, True)
    assert [round(bound) for bound in staffing["rate"]["interval"]] == [807, 4160]
    assert (till["count"], till["base"], till["recurring"]) == (1, 0, False)

    [priced] = (await complaints.get(f"{MARCH}&category=price")).json()["items"]
    assert (priced["count"], priced["base"], priced["share"], priced["recurring"]) == (1, 0, 1, False)
    assert (await complaints.get(f"{MARCH}&store_id=331")).json()["items"] == []
    [earlier] = (await complaints.get("/v1/causes?from=2017-02-01&to=2017-02-02")).json()["items"]
    assert (earlier["rate"], earlier["recurring"]) == (None, None), "no sale on that day"


async def test_K09_a_period_is_asked_for(complaints: Client) -> None:
    for query, pointer in [("", "/from"), ("?from=2017-03-01", "/to"), ("?from=2017-03-01&to=2017-03-01", "/to")]:
        answer = await complaints.get(f"/v1/causes{query}")
        assert answer.status_code == 422
        assert pointer in {fault["pointer"] for fault in answer.json()["errors"]}


async def test_K09_a_bound_token_sees_the_causes_of_its_stores(complaints: Client) -> None:
    await settled(complaints, "staffing", id="s1")
    await settled(complaints, "till", id="t1", store_id="331")
    bound = complaints.issuer.token(stores=["330"])
    items = (await complaints.get(MARCH, bearer=bound)).json()["items"]
    assert [item["root_cause"] for item in items] == ["staffing"]
    assert (await complaints.get(f"{MARCH}&store_id=331", bearer=bound)).status_code == 404


async def test_K09_a_corrective_action_is_agreed_and_completed(complaints: Client) -> None:
    case = await opened(complaints, id="k1")
    events = len(await complaints.outbox())
    action = await agreed(complaints, case["id"], id="a1", owner="emp-7")
    told_twice = await complaints.post("/v1/complaints/k1/corrective-actions", ACTION | {"id": "a1", "owner": "emp-7"})
    assert (told_twice.status_code, told_twice.json()) == (200, action)
    other = await complaints.post("/v1/complaints/k1/corrective-actions", ACTION | {"id": "a1"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:elevenfold:problem:conflict")

    early = await complete(complaints, action, occurred_at="2017-03-04T23:59:59Z")
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (409, "/occurred_at")
    path = "/v1/complaints/k1/corrective-actions/a1"
    assert (await complaints.post(f"{path}/complete")).status_code == 428
    assert (await complaints.post(f"{path}/complete", match='"9"')).status_code == 412
    assert (await complaints.get(path)).json() == action, "what was refused changed nothing"
    answers = await asyncio.gather(*(complete(complaints, action, effective=helped) for helped in [True, False] * 5))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    done = (await complaints.get(path)).json()
    again = await complete(complaints, done)
    assert (again.status_code, "once" in again.json()["detail"]) == (409, True)
    history = (await complaints.get(f"{path}/history")).json()["items"]
    assert [change["what"] for change in history] == ["complete", "agree"]
    assert history[0]["after"]["effective"] is done["effective"]
    assert len(await complaints.outbox()) == events, "the words and the work stay in this service"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"occurred_at": "2017-03-01T09:59:59Z"}, "/occurred_at"),
        ({"due_at": "2017-03-04T00:00:00Z"}, "/due_at"),
        ({"what": ""}, "/what"),
        ({"due_at": None}, "/due_at"),
    ],
)
async def test_K09_an_action_out_of_order_is_refused(complaints: Client, body: dict[str, Any], pointer: str) -> None:
    await opened(complaints, id="k1")
    before = await dump(complaints.database_url)
    answer = await complaints.post("/v1/complaints/k1/corrective-actions", ACTION | body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await dump(complaints.database_url) == before


async def test_K09_actions_are_listed_over_all_cases(complaints: Client) -> None:
    await opened(complaints, id="k1")
    await opened(complaints, id="k2", store_id="331")
    done = await agreed(complaints, "k1", id="done")
    await agreed(complaints, "k1", id="late", owner="emp-7", due_at="2017-03-20T00:00:00Z")
    await agreed(complaints, "k2", id="ahead", due_at="2190-01-01T00:00:00Z")
    assert (await complete(complaints, done)).json()["effective"] is None
    assert await ids(complaints, "") == ["late", "done", "ahead"]
    assert await ids(complaints, "?state=open") == ["late", "ahead"]
    assert await ids(complaints, "?overdue=true") == ["late"]
    assert await ids(complaints, "?overdue=false") == ["done", "ahead"]
    assert await ids(complaints, "?owner=emp-7") == ["late"]
    assert await ids(complaints, "?store_id=331") == await ids(complaints, "?complaint_id=k2") == ["ahead"]
    bound = complaints.issuer.token(stores=["330"])
    assert await ids(complaints, "?limit=1", bearer=bound) == ["late"]
    assert await ids(complaints, "?store_id=331", bearer=bound) == []
    for path in ("ahead", "ahead/history"):
        assert (await complaints.get(f"/v1/complaints/k2/corrective-actions/{path}", bearer=bound)).status_code == 404
    assert (await complaints.post("/v1/complaints/k2/corrective-actions", ACTION, bearer=bound)).status_code == 404
    assert (await complaints.get("/v1/complaints/k1/corrective-actions/ahead")).status_code == 404


async def test_K09_who_is_erased_takes_their_actions_along_and_the_cause_stays(complaints: Client) -> None:
    case = await settled(complaints, "staffing", id="k1", customer_id="asha")
    action = await agreed(complaints, case["id"], id="a1", what=CANARY, occurred_at="2017-03-11T00:00:00Z")
    await opened(complaints, id="k2", customer_id="ben")
    await agreed(complaints, "k2", id="a2")
    await handled(complaints, WORK, told(CustomerErased(erasure_id="part-1"), "asha", "asha"))
    assert found(await dump(complaints.database_url), CANARY, "asha", "a1") == []
    assert (await complete(complaints, action)).status_code == 410
    assert await ids(complaints, "") == ["a2"]
    [cause] = (await complaints.get(MARCH)).json()["items"]
    assert (cause["root_cause"], cause["count"]) == ("staffing", 1)
