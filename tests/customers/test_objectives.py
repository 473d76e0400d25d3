"""C11: an objective for a customer, its strategy, progress, reviews and end."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customers.objectives import domain
from services.customers.objectives.domain import Aim, RefusedError
from shared import clock
from shared.events import Event
from shared.events.customers import ObjectiveClosed, ObjectiveProgressed, ObjectiveReviewed, ObjectiveSet
from tests.support.client import Client

SET, FIRST, SECOND, DUE = (f"2026-0{month}-01T10:00:00Z" for month in (1, 2, 3, 6))
START = datetime(2026, 1, 1, 10, tzinfo=UTC)
SECRET = "sell-her-the-ring"
WHOLE: dict[str, Any] = {
    "id": "o1",
    "title": SECRET,
    "target": "12.50",
    "unit": "visits",
    "due_at": DUE,
    "strategy": "people",
    "occurred_at": SET,
    "simulated": True,
}
PATH = "/v1/customers/asha/objectives"
ONE = f"{PATH}/o1"


async def known(customers: Client, *names: str) -> None:
    """These customers are there."""
    for name in names or ("asha",):
        assert (await customers.put(f"/v1/customers/{name}", {"kind": "individual"})).status_code == 201


async def aim(customers: Client, **changes: Any) -> None:
    """An objective of a customer who was not there before."""
    await known(customers)
    answer = await customers.post(PATH, WHOLE | changes)
    assert answer.status_code == 201, answer.text


async def step(customers: Client, verb: str, match: str | None = '"1"', path: str = ONE, **body: Any) -> httpx.Response:
    """The answer to a step."""
    return await customers.post(f"{path}/{verb}", body, match=match)


async def told(customers: Client) -> list[Event]:
    """The events of objectives."""
    return [event for event in await customers.outbox() if ".objective." in event.type]


async def changes(customers: Client) -> list[dict[str, Any]]:
    """The objective's history, the oldest first."""
    items: list[dict[str, Any]] = (await customers.get(f"{ONE}/history")).json()["items"]
    return items[::-1]


async def untouched(customers: Client) -> bool:
    """Whether there is nothing but the setting."""
    return (len(await told(customers)), len(await changes(customers))) == (1, 1)


async def test_C11_every_field_comes_back(customers: Client) -> None:
    await known(customers)
    created = await customers.post(PATH, WHOLE)
    assert (created.status_code, created.headers["Location"]) == (201, ONE), created.text
    read = await customers.get(ONE)
    assert (read.headers["ETag"], read.json()) == ('"1"', created.json())
    assert {name: read.json()[name] for name in WHOLE} == WHOLE
    assert (read.json()["progress"], read.json()["state"], read.json()["reached"]) == ("0", "open", None)
    assert (await customers.get(PATH)).json() == {"items": [read.json()], "next": None}


async def test_C11_the_event_tells_target_due_time_and_strategy_and_no_words(customers: Client) -> None:
    await aim(customers)
    [event] = await told(customers)
    due = datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert event.data == ObjectiveSet(target=Decimal("12.50"), due_at=due, strategy="people")
    assert (event.subject, event.partitionkey, event.time) == ("o1", "asha", START)
    [change] = await changes(customers)
    assert (change["what"], change["at"], change["before"]) == ("set", SET, None)
    assert change["after"] == {name: WHOLE[name] for name in set(WHOLE) - {"id"}}


async def test_C11_no_word_of_an_objective_is_in_an_event(customers: Client) -> None:
    await aim(customers)
    await step(customers, "review", together=True, note=SECRET)
    await step(customers, "close", '"2"', reached=False, reason=SECRET)
    events = await told(customers)
    assert len(events) == 3
    assert not [event for event in events if SECRET.encode() in event.to_json()]


async def test_C11_the_same_objective_again_counts_once(customers: Client) -> None:
    await known(customers, "asha", "ben")
    answers = await asyncio.gather(*(customers.post(PATH, WHOLE) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    for path, other in ((PATH, {"target": "13"}), ("/v1/customers/ben/objectives", {})):
        refused = await customers.post(path, WHOLE | other)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:conflict")
    assert await untouched(customers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("title", None),
        ("target", "0"),
        ("target", "-1"),
        ("target", 12.5),
        ("target", None),
        ("unit", "two words"),
        ("unit", None),
        ("due_at", "2026-06-01"),
        ("due_at", "2025-12-31T23:59:59Z"),
        ("strategy", "charm"),
        ("strategy", "People"),
        ("occurred_at", "2190-01-01T00:00:00Z"),
        ("reached", True),
    ],
)
async def test_C11_what_is_no_objective_is_refused(customers: Client, name: str, value: object) -> None:
    await known(customers)
    refused = await customers.post(PATH, WHOLE | {name: value})
    assert (refused.status_code, [fault["pointer"] for fault in refused.json()["errors"]]) == (422, [f"/{name}"])
    assert (await customers.get(PATH)).json()["items"] == []
    assert await told(customers) == []


async def test_C11_strategies_come_from_the_catalogue(customers: Client) -> None:
    catalogue = (await customers.get("/v1/strategies")).json()
    assert catalogue["next"] is None
    assert {"people", "cost", "less_dissatisfaction"} < {each["code"] for each in catalogue["items"]}
    for kind in ("acquisition", "retention"):
        only = (await customers.get(f"/v1/strategies?kind={kind}")).json()["items"]
        assert only == [each for each in catalogue["items"] if each["kind"] == kind] != []
    await known(customers)
    refused = await customers.post(PATH, WHOLE | {"strategy": "charm"})
    assert "GET /v1/strategies" in refused.json()["errors"][0]["detail"]
    for number, each in enumerate(catalogue["items"]):
        assert (await customers.post(PATH, WHOLE | {"id": f"o{number}", "strategy": each["code"]})).status_code == 201


async def test_C11_progress_goes_up_and_down_and_closes_nothing(customers: Client) -> None:
    await aim(customers)
    over = await step(customers, "progress", progress="13", occurred_at=FIRST)
    assert (over.json()["progress"], over.json()["state"], over.headers["ETag"]) == ("13", "open", '"2"')
    down = await step(customers, "progress", '"2"', progress="4.5", occurred_at=SECOND)
    assert (down.json()["progress"], down.json()["state"]) == ("4.5", "open")
    _, first, second = await told(customers)
    assert first.data == ObjectiveProgressed(progress=Decimal(13))
    assert second.data == ObjectiveProgressed(progress=Decimal("4.5"))
    assert second.time == datetime(2026, 3, 1, 10, tzinfo=UTC)
    last = (await changes(customers))[-1]
    assert (last["what"], last["at"]) == ("progress", SECOND)
    assert (last["before"], last["after"]) == ({"progress": "13"}, {"progress": "4.5"})


async def test_C11_a_review_is_told_with_whom(customers: Client) -> None:
    await aim(customers)
    reviewed = await step(customers, "review", together=True, note=SECRET, occurred_at=FIRST)
    assert reviewed.json()["reviewed_at"] == FIRST
    assert (await told(customers))[-1].data == ObjectiveReviewed(together=True)
    last = (await changes(customers))[-1]
    assert (last["what"], last["after"]) == ("review", {"reviewed_at": FIRST, "together": True, "note": SECRET})
    await step(customers, "review", '"2"')
    assert (await told(customers))[-1].data == ObjectiveReviewed(together=False)


@pytest.mark.parametrize("reached", [True, False])
async def test_C11_what_is_closed_stays_closed(customers: Client, reached: bool) -> None:
    await aim(customers)
    closed = (await step(customers, "close", reached=reached, reason="as agreed", occurred_at=FIRST)).json()
    assert (closed["state"], closed["reached"], closed["closed_at"]) == ("closed", reached, FIRST)
    assert closed["reason"] == "as agreed"
    assert (await told(customers))[-1].data == ObjectiveClosed(reached=reached)
    refusals = [
        await step(customers, "progress", '"2"', progress="1"),
        await step(customers, "review", '"2"'),
        await step(customers, "close", '"2"', reached=True),
        await customers.call("PATCH", ONE, {"target": "1"}, match='"2"'),
    ]
    for refused in refusals:
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
        assert "the objective is closed" in refused.json()["detail"]
    assert (await customers.get(ONE)).json() == closed
    assert (len(await told(customers)), len(await changes(customers))) == (2, 2)


async def test_C11_set_again_it_tells_the_whole_anew(customers: Client) -> None:
    await aim(customers)
    patch = {"target": "20", "strategy": None, "occurred_at": FIRST}
    changed = await customers.call("PATCH", ONE, patch, match='"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"'), changed.text
    assert (changed.json()["target"], changed.json()["strategy"], changed.json()["due_at"]) == ("20", None, DUE)
    last = (await told(customers))[-1]
    assert last.data == ObjectiveSet(target=Decimal(20), due_at=datetime(2026, 6, 1, 10, tzinfo=UTC))
    assert last.time == datetime(2026, 2, 1, 10, tzinfo=UTC)
    newest = (await changes(customers))[-1]
    assert newest["before"] == {"target": "12.50", "strategy": "people"}
    same = await customers.call("PATCH", ONE, {"target": "20"}, match='"2"')
    assert (same.status_code, same.headers["ETag"]) == (200, '"2"')
    assert len(await told(customers)) == 2
    again = await customers.post(PATH, WHOLE)
    assert (again.status_code, again.json()) == (200, same.json()), "what it was made from is still the same"


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"target": None}, "/target"),
        ({"target": "0"}, "/target"),
        ({"due_at": None}, "/due_at"),
        ({"strategy": "charm"}, "/strategy"),
        ({"title": "another"}, "/title"),
    ],
    ids=str,
)
async def test_C11_what_can_not_be_set_again_is_refused(customers: Client, patch: dict[str, Any], pointer: str) -> None:
    await aim(customers)
    refused = await customers.call("PATCH", ONE, patch, match='"1"')
    assert (refused.status_code, [fault["pointer"] for fault in refused.json()["errors"]]) == (422, [pointer])
    assert await untouched(customers)


async def test_C11_no_due_time_before_the_setting_and_no_step_before_the_last(customers: Client) -> None:
    await aim(customers)
    early = "2025-12-31T00:00:00Z"
    refusals = [
        await customers.call("PATCH", ONE, {"due_at": early}, match='"1"'),
        await customers.call("PATCH", ONE, {"target": "1", "occurred_at": early}, match='"1"'),
        await step(customers, "progress", progress="1", occurred_at=early),
        await step(customers, "review", occurred_at=early),
        await step(customers, "close", reached=True, occurred_at=early),
    ]
    for refused in refusals:
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
        assert "before" in refused.json()["detail"]
    assert await untouched(customers)


@pytest.mark.parametrize(("match", "status"), [(None, 428), ('"2"', 412)])
async def test_C11_every_step_needs_the_version(customers: Client, match: str | None, status: int) -> None:
    await aim(customers)
    refusals = [
        await step(customers, "progress", match, progress="1"),
        await step(customers, "review", match),
        await step(customers, "close", match, reached=True),
        await customers.call("PATCH", ONE, {"target": "1"}, match=match),
    ]
    assert [refused.status_code for refused in refusals] == [status] * 4
    assert await untouched(customers)


async def test_C11_of_two_who_act_at_once_one_wins(customers: Client) -> None:
    await aim(customers)
    answers = await asyncio.gather(*(step(customers, "close", reached=bool(number % 2)) for number in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    assert len(await told(customers)) == 2


async def test_C11_an_objective_is_anothers_under_another_customer(customers: Client) -> None:
    await aim(customers)
    await known(customers, "ben")
    path = "/v1/customers/ben/objectives/o1"
    assert (await customers.post("/v1/customers/nobody/objectives", WHOLE)).status_code == 404
    assert [(await customers.get(f"{path}{rest}")).status_code for rest in ("", "/history")] == [404, 404]
    assert (await step(customers, "close", path=path, reached=True)).status_code == 404
    assert await untouched(customers)


async def test_C11_lists_can_be_narrowed_to_a_state_and_serve_every_store(customers: Client) -> None:
    await aim(customers)
    await customers.post(PATH, WHOLE | {"id": "o2"})
    await step(customers, "close", reached=True)
    bearer = customers.issuer.token(stores=("330",))
    for query, names in (("", ["o1", "o2"]), ("?state=open", ["o2"]), ("?state=closed", ["o1"])):
        items = (await customers.get(f"{PATH}{query}", bearer=bearer)).json()["items"]
        assert [each["id"] for each in items] == names
    assert (await customers.get(f"{PATH}?state=lost")).status_code == 422


async def test_C11_without_a_moment_it_is_now(customers: Client) -> None:
    await known(customers)
    before = clock.now()
    body = {name: value for name, value in WHOLE.items() if name != "occurred_at"}
    made = (await customers.post(PATH, body | {"due_at": "2199-01-01T00:00:00Z"})).json()
    progressed = (await step(customers, "progress", progress="1")).json()
    times = [event.time for event in await told(customers)]
    assert times[0] == datetime.fromisoformat(made["occurred_at"])
    assert before <= times[0] <= times[1] <= clock.now()
    assert progressed["occurred_at"] == made["occurred_at"]


@given(hours=st.lists(st.none() | st.integers(-3, 9), max_size=8), now=st.integers(0, 9))
def test_C11_steps_never_go_back_in_time(hours: list[int | None], now: int) -> None:
    stands = Aim(START, START, Decimal(1), START)
    for hour in hours:
        at = None if hour is None else START + timedelta(hours=hour)
        if at is not None and at < stands.last_step_at:
            with pytest.raises(RefusedError):
                domain.review(stands, at, START)
            continue
        before, stands = stands, domain.review(stands, at, START + timedelta(hours=now))
        assert stands.last_step_at == at if at else stands.last_step_at >= before.last_step_at
