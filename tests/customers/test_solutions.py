"""C09: solutions for one customer alone: promised, delivered, once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.customers.solutions.domain import RefusedError, deliver, promise
from shared.events import Event
from shared.events.visits import SolutionDelivered, SolutionPromised
from tests.support.client import Client

SECRET = "a-ramp-for-his-chair"  # a code in its form, so that it would fit into any field of an event
PATH = "/v1/customers/ann/solutions"
WHOLE: dict[str, Any] = {
    "id": "s1",
    "what": SECRET,
    "due_at": "2026-02-01T00:00:00Z",
    "occurred_at": "2026-01-05T10:00:00Z",
    "simulated": True,
}
PROMISED, DELIVERED = datetime(2026, 1, 5, 10, tzinfo=UTC), "2026-02-03T00:00:00Z"
HOUR = timedelta(hours=1)


@pytest.fixture
async def ann(customers: Client) -> Client:
    """The customers service, which knows ann and ben, and what we promised ann."""
    for name in ("ann", "ben"):
        assert (await customers.put(f"/v1/customers/{name}", {"kind": "individual"})).status_code == 201
    assert (await customers.post(PATH, WHOLE)).status_code == 201
    return customers


async def told(client: Client) -> list[Event]:
    """What was told of solutions."""
    return [event for event in await client.outbox() if event.type.startswith("crm.solution.")]


async def hand_over(client: Client, match: str | None = '"1"', at: str = DELIVERED) -> Any:
    return await client.post(f"{PATH}/s1/deliver", {"occurred_at": at}, match=match)


async def standing(client: Client) -> tuple[Any, int, int]:
    """All that a refused step must leave alone: the row, its history, the outbox."""
    history = (await client.get(f"{PATH}/s1/history")).json()["items"]
    return (await client.get(f"{PATH}/s1")).json(), len(history), len(await client.outbox())


async def test_C09_every_field_of_a_solution_comes_back(ann: Client) -> None:
    read = await ann.get(f"{PATH}/s1")
    assert {name: read.json()[name] for name in WHOLE} == WHOLE
    assert set(read.json()) - set(WHOLE) == {"customer_id", "delivered_at", "created_at", "version"}
    assert (read.headers["ETag"], (await ann.get(PATH)).json()["items"]) == ('"1"', [read.json()])


async def test_C09_a_solution_is_promised_and_delivered_late_is_better_than_never(ann: Client) -> None:
    done = await hand_over(ann)
    assert (done.status_code, done.headers["ETag"], done.json()["delivered_at"]) == (200, '"2"', DELIVERED)
    first, last = await told(ann)
    assert (first.data, last.data) == (SolutionPromised(due_at=datetime(2026, 2, 1, tzinfo=UTC)), SolutionDelivered())
    assert [(event.subject, event.partitionkey, event.time) for event in (first, last)] == [
        ("s1", "ann", PROMISED), ("s1", "ann", datetime(2026, 2, 3, tzinfo=UTC)),
    ]  # fmt: skip
    assert not [event for event in (first, last) if SECRET.encode() in event.to_json()]
    changes = (await ann.get(f"{PATH}/s1/history")).json()["items"]
    assert [(each["what"], each["at"]) for each in changes] == [
        ("deliver", DELIVERED),
        ("promise", WHOLE["occurred_at"]),
    ]
    assert changes[0]["before"] == {"delivered_at": None}


async def test_C09_a_solution_is_delivered_once(ann: Client) -> None:
    await hand_over(ann)
    before = await standing(ann)
    again = await hand_over(ann, '"2"')
    assert (again.status_code, again.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert "delivered once" in again.json()["detail"]
    assert await standing(ann) == before


async def test_C09_delivered_at_once_one_wins(ann: Client) -> None:
    answers = await asyncio.gather(*(hand_over(ann) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    assert len(await told(ann)) == 2


@pytest.mark.parametrize(("match", "status"), [(None, 428), ('"2"', 412)])
async def test_C09_a_delivery_needs_the_version(ann: Client, match: str | None, status: int) -> None:
    before = await standing(ann)
    assert (await hand_over(ann, match)).status_code == status
    assert await standing(ann) == before


async def test_C09_nothing_is_delivered_before_it_was_promised(ann: Client) -> None:
    before = await standing(ann)
    refused = await hand_over(ann, at="2026-01-05T09:59:59Z")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert "it was promised at 2026-01-05T10:00:00" in refused.json()["detail"]
    assert await standing(ann) == before
    assert (await hand_over(ann, at=WHOLE["occurred_at"])).status_code == 200


async def test_C09_a_solution_told_twice_counts_once(ann: Client) -> None:
    before = await standing(ann)
    assert (await ann.post(PATH, WHOLE)).status_code == 200
    for path, change in ((PATH, {"what": "a lift"}), (PATH.replace("ann", "ben"), {})):
        assert (await ann.post(path, WHOLE | change)).status_code == 409
    assert await standing(ann) == before


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"what": None}, "/what"),
        ({"what": "x" * 2001}, "/what"),
        ({"due_at": "2026-01-05T09:59:59Z"}, "/due_at"),
        ({"occurred_at": None}, "/due_at"),
        ({"due_at": "tomorrow"}, "/due_at"),
    ],
)
async def test_C09_a_bad_solution_is_refused(ann: Client, change: dict[str, Any], pointer: str) -> None:
    refused = await ann.post(PATH, WHOLE | {"id": "s2"} | change)
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    assert (await ann.get(f"{PATH}/s2")).status_code == 404
    assert len(await told(ann)) == 1


async def test_C09_a_solution_of_somebody_else_or_of_nobody(ann: Client) -> None:
    others = PATH.replace("ann", "ben")
    for path in (f"{others}/s1", f"{others}/s1/history", f"{PATH}/s2"):
        assert (await ann.get(path)).status_code == 404
    assert (await ann.post(f"{others}/s1/deliver", {}, match='"1"')).status_code == 404
    assert (await ann.post(PATH.replace("ann", "nobody"), WHOLE)).status_code == 404
    assert (await standing(ann))[0]["version"] == 1


async def test_C09_solutions_narrowed_to_those_still_owed(ann: Client) -> None:
    assert (await ann.post(PATH, {"id": "s2", "what": "a loan"})).status_code == 201
    await hand_over(ann)
    for query, names in (("", ["s1", "s2"]), ("?delivered=true", ["s1"]), ("?delivered=false", ["s2"])):
        assert [each["id"] for each in (await ann.get(PATH + query)).json()["items"]] == names


def test_C09_a_delivery_told_without_a_time_is_now_and_never_before_the_promise() -> None:
    assert deliver(PROMISED, None, None, PROMISED + HOUR) == PROMISED + HOUR
    assert deliver(PROMISED, None, None, PROMISED - HOUR) == PROMISED
    with pytest.raises(RefusedError, match="delivered once"):
        deliver(PROMISED, PROMISED, None, PROMISED)
    promise(PROMISED, PROMISED)
    with pytest.raises(RefusedError, match="before it was promised"):
        promise(PROMISED, PROMISED - HOUR)
