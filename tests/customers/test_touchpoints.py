"""C07: meeting a customer elsewhere than in a visit, and what came of it."""

import asyncio
from typing import Any

import pytest

from shared.events import Event
from shared.events.visits import TouchpointRecorded
from tests.customers.visits import END, ENDED, SECRET, START, STARTED, bound, history, kinds
from tests.support.client import Client

MET: dict[str, Any] = {
    "id": "t1",
    "customer_id": "asha",
    "store_id": "330",
    "channel": "phone",
    "kind": "contact",
    "two_way": True,
    "begun": True,
    "outcome": None,
    "served_by": "e9",
    "occurred_at": START,
    "note": SECRET,
    "simulated": True,
}
BRIEF = {"id": "t1", "customer_id": "asha", "channel": "web", "occurred_at": START}
PATH = "/v1/touchpoints/t1"


async def met(customers: Client, **changes: Any) -> None:
    """A touchpoint that was not there before."""
    answer = await customers.post("/v1/touchpoints", MET | changes)
    assert answer.status_code == 201, answer.text


async def shown(customers: Client, query: str = "", **options: Any) -> list[str]:
    """The ids of the touchpoints that a caller is shown."""
    return [each["id"] for each in (await customers.get(f"/v1/touchpoints{query}", **options)).json()["items"]]


def told(events: list[Event]) -> list[tuple[Any, Any]]:
    """When, and what."""
    return [(event.time, event.data) for event in events]


async def test_C07_every_field_of_a_touchpoint_comes_back(customers: Client) -> None:
    created = await customers.post("/v1/touchpoints", MET)
    assert (created.status_code, created.headers["Location"]) == (201, PATH), created.text
    read = await customers.get(PATH)
    assert {name: read.json()[name] for name in MET} == MET
    assert set(read.json()) - set(MET) == {"created_at", "version"}
    assert (read.headers["ETag"], read.json()) == ('"1"', created.json())
    assert (await customers.get("/v1/touchpoints")).json()["items"] == [read.json()]
    [event] = await customers.outbox()
    assert (event.type, event.subject, event.partitionkey) == ("crm.touchpoint.recorded.v1", "t1", "asha")
    assert (event.time, event.storeid, SECRET.encode() in event.to_json()) == (STARTED, "330", False)
    assert event.data == TouchpointRecorded(channel="phone", two_way=True, begun=True, served_by="e9")
    [change] = await history(customers, PATH)
    assert (change["what"], change["at"], change["before"]) == ("record", START, None)
    assert change["after"]["note"] == SECRET


async def test_C07_what_is_not_told_of_a_touchpoint(customers: Client) -> None:
    made = (await customers.post("/v1/touchpoints", {"customer_id": "asha", "channel": "app", "note": None})).json()
    assert (made["kind"], made["two_way"], made["begun"], made["simulated"]) == ("contact", False, False, False)
    [event] = await customers.outbox()
    assert (event.subject, event.data, event.storeid) == (made["id"], TouchpointRecorded(channel="app"), None)
    assert made["occurred_at"] == made["created_at"]


@pytest.mark.parametrize("kind", ["contact", "event", "community", "joint_review", "first_use", "use"])
async def test_C07_kinds_of_touchpoints(customers: Client, kind: str) -> None:
    await met(customers, kind=kind)
    [event] = await customers.outbox()
    assert isinstance(event.data, TouchpointRecorded)
    assert event.data.kind == kind


async def test_C07_a_conclusion_tells_the_touchpoint_again(customers: Client) -> None:
    await met(customers)
    concluded = await customers.post(f"{PATH}/conclude", {"outcome": "sold", "occurred_at": END}, match='"1"')
    assert (concluded.status_code, concluded.headers["ETag"]) == (200, '"2"'), concluded.text
    assert concluded.json() == MET | {"outcome": "sold", "begun": False, "version": 2} | {
        "created_at": concluded.json()["created_at"]
    }
    first, again = await customers.outbox()
    assert told([first, again]) == [
        (STARTED, TouchpointRecorded(channel="phone", two_way=True, begun=True, served_by="e9")),
        (ENDED, TouchpointRecorded(channel="phone", two_way=True, outcome="sold")),
    ]
    assert (again.subject, again.partitionkey, again.storeid) == ("t1", "asha", "330")
    change = (await history(customers, PATH))[0]
    assert (change["what"], change["at"], change["version"]) == ("conclude", END, 2)
    assert change["after"] == {"outcome": "sold", "begun": False}


@pytest.mark.parametrize(
    ("changes", "told", "match", "status", "rule"),
    [
        ({}, {"outcome": "sold"}, None, 428, ""),
        ({}, {"outcome": "sold"}, '"2"', 412, ""),
        ({}, {"occurred_at": END}, '"1"', 422, "look at /outcome"),
        ({}, {"outcome": "two words"}, '"1"', 422, "look at /outcome"),
        ({}, {"outcome": "sold", "by": "e9"}, '"1"', 422, "look at /by"),
        ({}, {"outcome": "sold", "occurred_at": "2026-01-05T09:59:59Z"}, '"1"', 409, "concluded before it happened"),
        ({"outcome": "lost", "begun": False}, {"outcome": "sold"}, '"1"', 409, "has an outcome already: lost"),
    ],
    ids=["unmatched", "stale", "no outcome", "no code", "unknown field", "too early", "twice"],
)
async def test_C07_a_conclusion_that_is_refused(
    customers: Client, changes: dict[str, Any], told: dict[str, Any], match: str | None, status: int, rule: str
) -> None:
    await met(customers, **changes)
    before = (await customers.get(PATH)).json()
    refused = await customers.post(f"{PATH}/conclude", told, match=match)
    assert (refused.status_code, rule in refused.json()["detail"]) == (status, True), refused.text
    assert (await customers.get(PATH)).json() == before
    assert (len(await customers.outbox()), len(await history(customers, PATH))) == (1, 1)


async def test_C07_concluded_at_once_it_is_concluded_once(customers: Client) -> None:
    await met(customers)
    ends = (customers.post(f"{PATH}/conclude", {"outcome": f"o{n}"}, match='"1"') for n in range(10))
    answers = await asyncio.gather(*ends)
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    assert len(await customers.outbox()) == 2


async def test_C07_the_same_touchpoint_again_counts_once(customers: Client) -> None:
    first = await customers.post("/v1/touchpoints", MET)
    again = await customers.post("/v1/touchpoints", MET)
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    other = await customers.post("/v1/touchpoints", MET | {"note": "other"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:elevenfold:problem:conflict")
    assert (len(await customers.outbox()), len(await history(customers, PATH))) == (1, 1)


async def test_C07_the_same_touchpoint_at_once_counts_once(customers: Client) -> None:
    answers = await asyncio.gather(*(customers.post("/v1/touchpoints", MET) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert kinds(await customers.outbox()) == ["crm.touchpoint.recorded.v1"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"channel": None}, "/channel"),
        ({"channel": "by phone"}, "/channel"),
        ({"customer_id": None}, "/customer_id"),
        ({"kind": "meeting"}, "/kind"),
        ({"two_way": 1}, "/two_way"),
        ({"occurred_at": "2026-01-05T10:00:00"}, "/occurred_at"),
        ({"occurred_at": "2199-01-01T00:00:00Z"}, "/occurred_at"),
        ({"note": "\u0000"}, "/note"),
        ({"note": ""}, "/note"),
        ({"outcome": "sold"}, ""),
        ({"surprise": 1}, "/surprise"),
    ],
    ids=lambda value: None if isinstance(value, str) else next(iter(value)),
)
async def test_C07_a_bad_touchpoint_is_refused(customers: Client, changes: dict[str, Any], pointer: str) -> None:
    refused = await customers.post("/v1/touchpoints", MET | changes)
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    assert (await shown(customers), await customers.outbox()) == ([], [])


async def test_C07_an_unknown_touchpoint(customers: Client) -> None:
    for path in (PATH, f"{PATH}/history", f"{PATH}/conversations"):
        assert (await customers.get(path)).status_code == 404
    for verb, body in (("conclude", {"outcome": "sold"}), ("conversations", {})):
        assert (await customers.post(f"{PATH}/{verb}", body, match='"1"')).status_code in {404, 422}


async def test_C07_touchpoints_of_one_customer_page_by_page(customers: Client) -> None:
    for touchpoint, whose in (("t1", "asha"), ("t2", "ben"), ("t3", "asha"), ("t4", "asha")):
        await met(customers, id=touchpoint, customer_id=whose)
    page = (await customers.get("/v1/touchpoints?customer_id=asha&limit=2")).json()
    assert [each["id"] for each in page["items"]] == ["t1", "t3"]
    assert await shown(customers, f"?customer_id=asha&limit=2&cursor={page['next']}") == ["t4"]


async def test_W06_touchpoints_in_a_store_are_its_own(customers: Client) -> None:
    for touchpoint, store in (("t1", "330"), ("t2", "331"), ("t3", None)):
        await met(customers, id=touchpoint, store_id=store)
    bearer = bound(customers, "331")
    assert await shown(customers, bearer=bearer) == ["t2", "t3"]
    assert (await customers.get("/v1/touchpoints/t3", bearer=bearer)).status_code == 200
    for path in (PATH, f"{PATH}/history", f"{PATH}/conversations"):
        assert (await customers.get(path, bearer=bearer)).status_code == 404
    for match in (None, '"1"', '"9"'):
        refused = await customers.post(f"{PATH}/conclude", {"outcome": "sold"}, match=match, bearer=bearer)
        assert refused.status_code == 404
    elsewhere = await customers.post("/v1/touchpoints", MET | {"id": "t4"}, bearer=bearer)
    assert elsewhere.status_code == 403
    for touchpoint, store in (("t5", "331"), ("t6", None)):
        told = MET | {"id": touchpoint, "store_id": store}
        assert (await customers.post("/v1/touchpoints", told, bearer=bearer)).status_code == 201
    assert len(await customers.outbox()) == 5


async def test_C05_the_first_use_secures_a_prospect(customers: Client) -> None:
    await customers.put("/v1/customers/asha", {"kind": "individual", "buying_type": "emotional"})
    begun = {"customer_id": "asha", "source": "fair", "occurred_at": "2026-01-01T10:00:00Z"}
    assert (await customers.post("/v1/prospects", begun)).status_code == 201
    moved = {"stage": "exchange", "occurred_at": "2026-01-02T10:00:00Z"}
    answer = await customers.post("/v1/prospects/asha/stage", moved, match='"1"')
    assert answer.status_code == 200, answer.text
    await met(customers, kind="use")
    assert (await customers.get("/v1/prospects/asha")).json()["stage"] == "exchange"
    for _ in range(2):
        await customers.post("/v1/touchpoints", MET | {"id": "t2", "kind": "first_use"})
    prospect = (await customers.get("/v1/prospects/asha")).json()
    assert (prospect["stage"], prospect["outcome"]) == ("usage", "secured")
    assert kinds(await customers.outbox()).count("crm.touchpoint.recorded.v1") == 2
