"""C12: what a customer requires of us, and whether what we delivered conforms."""

import asyncio
from typing import Any

import pytest

from shared.events import Event
from shared.events.customers import RequirementChecked
from tests.support.client import Client

STATED, FIRST, SECOND, THIRD = (f"2026-01-{day:02}T10:00:00Z" for day in (5, 10, 15, 20))
SECRET = "no-nuts-for-her-son"
WHOLE: dict[str, Any] = {
    "id": "q1",
    "what": SECRET,
    "measure": "allergens",
    "due_at": THIRD,
    "occurred_at": STATED,
    "simulated": True,
}
CHECK: dict[str, Any] = {
    "id": "k1",
    "conforms": False,
    "about": {"kind": "purchase", "id": "b1"},
    "note": SECRET,
    "occurred_at": FIRST,
    "simulated": True,
}
PATH = "/v1/customers/asha/requirements"
ONE = f"{PATH}/q1"


async def require(customers: Client, **changes: Any) -> None:
    """A requirement of a customer."""
    await customers.put("/v1/customers/asha", {"kind": "individual"})
    answer = await customers.post(PATH, WHOLE | changes)
    assert answer.status_code == 201, answer.text


async def told(customers: Client) -> list[Event]:
    """The events of requirements."""
    return [event for event in await customers.outbox() if ".requirement." in event.type]


async def verbs(customers: Client) -> list[str]:
    """What the requirement's history tells, the oldest first."""
    return [change["what"] for change in (await customers.get(f"{ONE}/history")).json()["items"]][::-1]


async def test_C12_a_requirement_comes_back_and_tells_nobody(customers: Client) -> None:
    await require(customers)
    read = await customers.get(ONE)
    assert (read.headers["ETag"], {name: read.json()[name] for name in WHOLE}) == ('"1"', WHOLE)
    assert set(read.json()) - set(WHOLE) == {"customer_id", "withdrawn_at", "created_at", "version"}
    assert (await customers.get(PATH)).json() == {"items": [read.json()], "next": None}
    [change] = (await customers.get(f"{ONE}/history")).json()["items"]
    assert (change["what"], change["at"]) == ("state", STATED)
    assert change["after"] == {name: WHOLE[name] for name in set(WHOLE) - {"id"}}
    assert await told(customers) == []


async def test_C12_a_check_comes_back_and_tells_whether_it_conforms(customers: Client) -> None:
    await require(customers)
    made = await customers.post(f"{ONE}/checks", CHECK)
    assert (made.status_code, made.headers["Location"]) == (201, f"{ONE}/checks/k1"), made.text
    read = await customers.get(f"{ONE}/checks/k1")
    assert (read.headers["ETag"], read.json()) == ('"1"', made.json())
    assert {name: read.json()[name] for name in CHECK} == CHECK
    assert read.json()["customer_id"] == "asha", "by which an erasure finds the stored answer"
    assert (await customers.get(f"{ONE}/checks")).json() == {"items": [read.json()], "next": None}
    [event] = await told(customers)
    assert event.data == RequirementChecked(conforms=False)
    assert (event.subject, event.partitionkey, event.time.isoformat()) == ("q1", "asha", "2026-01-10T10:00:00+00:00")
    assert SECRET.encode() not in event.to_json()
    newest = (await customers.get(f"{ONE}/history")).json()["items"][0]
    assert (newest["part"], newest["what"], newest["at"]) == ("checks/k1", "check", FIRST)
    assert (await customers.get(ONE)).json()["version"] == 1


async def test_C12_a_check_may_be_about_nothing_in_particular(customers: Client) -> None:
    await require(customers)
    made = (await customers.post(f"{ONE}/checks", {"conforms": True})).json()
    assert (made["about"], made["note"], made["conforms"]) == (None, None, True)
    [event] = await told(customers)
    assert event.time.isoformat().replace("+00:00", "Z") == made["occurred_at"]


async def test_C12_what_is_told_again_counts_once(customers: Client) -> None:
    await require(customers)
    assert (await customers.post(PATH, WHOLE)).status_code == 200
    assert (await customers.post(PATH, WHOLE | {"measure": "weight"})).status_code == 409
    answers = await asyncio.gather(*(customers.post(f"{ONE}/checks", CHECK) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert (await customers.post(f"{ONE}/checks", CHECK | {"conforms": True})).status_code == 409
    await require(customers, id="q2")
    assert (await customers.post(f"{PATH}/q2/checks", CHECK)).status_code == 409
    assert len(await told(customers)) == 1
    assert await verbs(customers) == ["state", "check"]


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        (PATH, WHOLE | {"what": ""}, "/what"),
        (PATH, WHOLE | {"measure": "two words"}, "/measure"),
        (PATH, WHOLE | {"occurred_at": "2190-01-01T00:00:00Z"}, "/occurred_at"),
        (PATH, WHOLE | {"id": "q2", "due_at": "2026-01-05T09:59:59Z"}, "/due_at"),
        (PATH, WHOLE | {"due_at": "2026-01-10T10:00:00"}, "/due_at"),
        (f"{ONE}/checks", CHECK | {"conforms": "yes"}, "/conforms"),
        (f"{ONE}/checks", CHECK | {"about": {"kind": "purchase"}}, "/about/id"),
        (f"{ONE}/checks", CHECK | {"about": {"kind": "a b", "id": "b1"}}, "/about/kind"),
        (f"{ONE}/checks", CHECK | {"occurred_at": "2026-01-10T10:00:00"}, "/occurred_at"),
        (f"{ONE}/withdraw", {"reason": "moved"}, "/reason"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_C12_what_is_no_requirement_is_refused(
    customers: Client, path: str, body: dict[str, Any], pointer: str
) -> None:
    await require(customers)
    refused = await customers.post(path, body, match='"1"')
    assert (refused.status_code, [fault["pointer"] for fault in refused.json()["errors"]]) == (422, [pointer])
    assert (await told(customers), await verbs(customers)) == ([], ["state"])


async def test_C12_a_check_is_of_a_time_at_which_it_was_required(customers: Client) -> None:
    await require(customers)
    early = await customers.post(f"{ONE}/checks", CHECK | {"occurred_at": "2026-01-05T09:59:59Z"})
    withdrawn = await customers.post(f"{ONE}/withdraw", {"occurred_at": SECOND}, match='"1"')
    assert (withdrawn.status_code, withdrawn.json()["withdrawn_at"]) == (200, SECOND)
    late = await customers.post(f"{ONE}/checks", CHECK | {"occurred_at": "2026-01-15T10:00:01Z"})
    now = await customers.post(f"{ONE}/checks", {"conforms": True})
    for refused, rule in ((early, "nothing was required before"), (late, "nothing is required after"), (now, "after")):
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
        assert rule in refused.json()["detail"]
    assert (await told(customers), (await customers.get(f"{ONE}/checks")).json()["items"]) == ([], [])
    assert await verbs(customers) == ["state", "withdraw"]
    told_late = await customers.post(f"{ONE}/checks", CHECK)
    assert told_late.status_code == 201, "the news of what happened before the end may come after it"


async def test_C12_a_requirement_is_withdrawn_once_and_not_before_its_checks(customers: Client) -> None:
    await require(customers)
    for name, time in (("k1", SECOND), ("k2", FIRST)):
        await customers.post(f"{ONE}/checks", CHECK | {"id": name, "occurred_at": time})
    refused = await customers.post(f"{ONE}/withdraw", {"occurred_at": FIRST}, match='"1"')
    assert (refused.status_code, "can't end before that" in refused.json()["detail"]) == (409, True)
    ends = (customers.post(f"{ONE}/withdraw", {"occurred_at": THIRD}, match='"1"') for _ in range(10))
    assert sorted(answer.status_code for answer in await asyncio.gather(*ends)) == [200] + [412] * 9
    again = await customers.post(f"{ONE}/withdraw", {}, match='"2"')
    assert (again.status_code, "withdrawn already" in again.json()["detail"]) == (409, True)
    newest = (await customers.get(f"{ONE}/history")).json()["items"][0]
    assert (newest["what"], newest["at"], newest["after"]) == ("withdraw", THIRD, {"withdrawn_at": THIRD})
    assert len(await told(customers)) == 2


@pytest.mark.parametrize(("match", "status"), [(None, 428), ('"2"', 412)])
async def test_C12_withdrawing_needs_the_version(customers: Client, match: str | None, status: int) -> None:
    await require(customers)
    assert (await customers.post(f"{ONE}/withdraw", {}, match=match)).status_code == status
    assert (await customers.get(ONE)).json()["withdrawn_at"] is None


async def test_C12_a_requirement_is_anothers_under_another_customer(customers: Client) -> None:
    await require(customers)
    await customers.post(f"{ONE}/checks", CHECK)
    await customers.put("/v1/customers/ben", {"kind": "individual"})
    await require(customers, id="q2")
    other = "/v1/customers/ben/requirements/q1"
    paths = [other, f"{other}/history", f"{other}/checks", f"{other}/checks/k1", f"{PATH}/q2/checks/k1"]
    assert [(await customers.get(path)).status_code for path in paths] == [404] * 5
    assert (await customers.post(f"{other}/checks", CHECK | {"id": "k2"})).status_code == 404
    assert (await customers.post(f"{other}/withdraw", {}, match='"1"')).status_code == 404
    assert (await customers.post("/v1/customers/nobody/requirements", WHOLE)).status_code == 404
    assert len(await told(customers)) == 1
