"""C09: what a customer prefers: stated, used as often as one likes, withdrawn."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customers.preferences.domain import RefusedError, Standing, moment, stated
from shared.events import Event
from shared.events.visits import PreferenceStated
from tests.support.client import Client

SECRET = "by-the-window"  # a code in its form, so that it would fit into any field of an event
PATH = "/v1/customers/ann/preferences"
WHOLE: dict[str, Any] = {
    "id": "p1",
    "topic": "seat",
    "words": SECRET,
    "due_at": "2026-06-01T00:00:00Z",
    "occurred_at": "2026-01-05T10:00:00Z",
    "simulated": True,
}
STATED, USED = datetime(2026, 1, 5, 10, tzinfo=UTC), "2026-02-01T00:00:00Z"
HOUR = timedelta(hours=1)


@pytest.fixture
async def ann(customers: Client) -> Client:
    """The customers service, which knows ann and ben, and what ann prefers."""
    for name in ("ann", "ben"):
        assert (await customers.put(f"/v1/customers/{name}", {"kind": "individual"})).status_code == 201
    assert (await customers.post(PATH, WHOLE)).status_code == 201
    return customers


async def told(client: Client) -> list[Event]:
    """What was told of preferences."""
    return [event for event in await client.outbox() if event.type.startswith("crm.preference.")]


async def step(client: Client, verb: str, match: str | None, at: str | None = USED) -> Any:
    return await client.post(f"{PATH}/p1/{verb}", {} if at is None else {"occurred_at": at}, match=match)


async def standing(client: Client) -> tuple[Any, int, int]:
    """All that a refused step must leave alone: the row, its history, the outbox."""
    history = (await client.get(f"{PATH}/p1/history")).json()["items"]
    return (await client.get(f"{PATH}/p1")).json(), len(history), len(await client.outbox())


async def test_C09_every_field_of_a_preference_comes_back(ann: Client) -> None:
    read = await ann.get(f"{PATH}/p1")
    assert {name: read.json()[name] for name in WHOLE} == WHOLE
    rest = {name: value for name, value in read.json().items() if name not in {*WHOLE, "created_at"}}
    assert rest == {"customer_id": "ann", "used": 0, "used_at": None, "withdrawn_at": None, "version": 1}
    assert (await ann.get(PATH)).json()["items"] == [read.json()]


async def test_C09_a_preference_is_used_again_and_again(ann: Client) -> None:
    first = await step(ann, "use", '"1"')
    again = await step(ann, "use", '"2"', "2026-03-01T00:00:00Z")
    assert (first.status_code, again.status_code, again.headers["ETag"]) == (200, 200, '"3"')
    assert (again.json()["used"], again.json()["used_at"]) == (2, "2026-03-01T00:00:00Z")
    events = await told(ann)
    assert [(event.type.split(".")[2], event.subject, event.partitionkey) for event in events] == [
        (verb, "p1", "ann") for verb in ("stated", "used", "used")
    ]
    assert events[0].data == PreferenceStated(topic="seat", due_at=datetime(2026, 6, 1, tzinfo=UTC))
    assert [event.time for event in events] == [
        STATED,
        datetime(2026, 2, 1, tzinfo=UTC),
        datetime(2026, 3, 1, tzinfo=UTC),
    ]
    assert not [event for event in events if SECRET.encode() in event.to_json()]
    changes = (await ann.get(f"{PATH}/p1/history")).json()["items"]
    assert [(each["what"], each["version"]) for each in changes] == [("use", 3), ("use", 2), ("state", 1)]
    assert changes[0]["before"] == {"used": 1, "used_at": USED}


async def test_C09_a_withdrawn_preference_is_used_no_more_and_nobody_is_told(ann: Client) -> None:
    gone = await step(ann, "withdraw", '"1"')
    assert (gone.status_code, gone.json()["withdrawn_at"], gone.headers["ETag"]) == (200, USED, '"2"')
    before = await standing(ann)
    for verb in ("use", "withdraw"):
        refused = await step(ann, verb, '"2"', "2026-03-01T00:00:00Z")
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
        assert "the customer withdrew it" in refused.json()["detail"]
    assert await standing(ann) == before
    assert [event.type for event in await told(ann)] == ["crm.preference.stated.v1"]


@pytest.mark.parametrize("verb", ["use", "withdraw"])
@pytest.mark.parametrize(("match", "status"), [(None, 428), ('"2"', 412)])
async def test_C09_a_step_of_a_preference_needs_the_version(
    ann: Client, verb: str, match: str | None, status: int
) -> None:
    before = await standing(ann)
    assert (await step(ann, verb, match)).status_code == status
    assert await standing(ann) == before


@pytest.mark.parametrize("verb", ["use", "withdraw"])
async def test_C09_a_preference_never_goes_back_in_time(ann: Client, verb: str) -> None:
    before = await standing(ann)
    refused = await step(ann, verb, '"1"', "2026-01-05T09:59:59Z")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert await standing(ann) == before
    assert (await step(ann, verb, '"1"', WHOLE["occurred_at"])).status_code == 200


async def test_C09_used_and_withdrawn_at_once_one_wins(ann: Client) -> None:
    verbs = ["use", "withdraw"] * 4
    answers = await asyncio.gather(*(step(ann, verb, '"1"') for verb in verbs))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    assert (await standing(ann))[0]["version"] == 2


async def test_C09_a_preference_told_twice_counts_once(ann: Client) -> None:
    await step(ann, "use", '"1"')
    before = await standing(ann)
    assert (await ann.post(PATH, WHOLE)).status_code == 200
    for path, change in ((PATH, {"words": "by the door"}), (PATH.replace("ann", "ben"), {})):
        assert (await ann.post(path, WHOLE | change)).status_code == 409
    assert await standing(ann) == before


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"topic": "by the window"}, "/topic"),
        ({"topic": None}, "/topic"),
        ({"words": "\x00"}, "/words"),
        ({"due_at": "2026-01-05T09:59:59Z"}, "/due_at"),
        ({"occurred_at": None, "due_at": "2020-01-01T00:00:00Z"}, "/due_at"),
        ({"occurred_at": "2199-01-01T00:00:00Z"}, "/occurred_at"),
    ],
)
async def test_C09_a_bad_preference_is_refused(ann: Client, change: dict[str, Any], pointer: str) -> None:
    refused = await ann.post(PATH, WHOLE | {"id": "p2"} | change)
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    assert (await ann.get(f"{PATH}/p2")).status_code == 404
    assert len(await told(ann)) == 1


async def test_C09_a_preference_of_somebody_else_or_of_nobody(ann: Client) -> None:
    others = PATH.replace("ann", "ben")
    for path in (f"{others}/p1", f"{others}/p1/history", f"{PATH}/p2"):
        assert (await ann.get(path)).status_code == 404
    for verb in ("use", "withdraw"):
        assert (await ann.post(f"{others}/p1/{verb}", {}, match='"1"')).status_code == 404
        assert (await ann.post(f"{PATH}/p2/{verb}", {}, match='"1"')).status_code == 404
    assert (await ann.post(PATH.replace("ann", "nobody"), WHOLE)).status_code == 404
    assert (await standing(ann))[0]["version"] == 1


async def test_C09_preferences_narrowed_to_a_topic_and_to_those_that_hold(ann: Client) -> None:
    assert (await ann.post(PATH, {"id": "p2", "topic": "tea"})).status_code == 201
    await step(ann, "withdraw", '"1"')
    for query, names in (
        ("", ["p1", "p2"]),
        ("?topic=tea", ["p2"]),
        ("?withdrawn=true", ["p1"]),
        ("?withdrawn=0", ["p2"]),
    ):
        assert [each["id"] for each in (await ann.get(PATH + query)).json()["items"]] == names


async def test_C09_any_store_s_staff_may_use_what_a_customer_prefers(ann: Client) -> None:
    bound = ann.issuer.token(stores=("331",))
    assert (await ann.post(f"{PATH}/p1/use", {}, match='"1"', bearer=bound)).status_code == 200


@given(ahead=st.timedeltas(-HOUR, HOUR), used=st.none() | st.timedeltas(timedelta(0), HOUR))
def test_C09_a_use_told_without_a_time_never_comes_before_the_last(ahead: timedelta, used: timedelta | None) -> None:
    last = None if used is None else STATED + used
    assert moment(Standing(STATED, last), None, STATED + ahead) == max(STATED + ahead, last or STATED)


def test_C09_a_preference_may_be_due_when_it_is_stated_and_not_before() -> None:
    assert stated(STATED, STATED) == stated(STATED, None) == Standing(STATED)
    with pytest.raises(RefusedError, match="before the customer stated it"):
        stated(STATED, STATED - timedelta(microseconds=1))
