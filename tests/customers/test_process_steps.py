"""C03: steps from contact to cash: planned, completed, disputed, settled; the life as a state machine."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.customers.process_steps.domain import RefusedError, Step, Verb, take
from services.customers.process_steps.models import Kind
from shared.events import Event, Money
from shared.events.customers import ProcessStepCompleted, ProcessStepDisputed, ProcessStepDue
from tests.support.client import Client

SECRET = "he-never-got-it"  # a code in its form, so that it would fit into any field of an event
PATH = "/v1/customers/ann/process-steps"
WHOLE: dict[str, Any] = {
    "id": "t1",
    "step": "billing",
    "due_at": "2026-02-01T00:00:00Z",
    "amount": "120.00",
    "currency": "USD",
    "about": "order-9",
    "occurred_at": "2026-01-05T10:00:00Z",
    "simulated": True,
}
BILLED = Money(amount=Decimal("120.00"), currency="USD")
PLANNED = datetime(2026, 1, 5, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def ann(customers: Client) -> Client:
    """The customers service, which knows ann and ben, and a bill that is due to ann."""
    for name in ("ann", "ben"):
        assert (await customers.put(f"/v1/customers/{name}", {"kind": "organization"})).status_code == 201
    assert (await customers.post(PATH, WHOLE)).status_code == 201
    return customers


async def told(client: Client) -> list[Event]:
    """What was told of steps."""
    return [event for event in await client.outbox() if event.type.startswith("crm.process_step.")]


async def tell(client: Client, verb: str, match: str | None, at: str | None) -> Any:
    body = {"reason": SECRET} if verb == "dispute" else {}
    return await client.post(f"{PATH}/t1/{verb}", body | ({"occurred_at": at} if at else {}), match=match)


async def standing(client: Client) -> tuple[Any, int, int]:
    """All that a refused step must leave alone: the row, its history, the outbox."""
    history = (await client.get(f"{PATH}/t1/history")).json()["items"]
    return (await client.get(f"{PATH}/t1")).json(), len(history), len(await client.outbox())


async def test_C03_every_field_comes_back(ann: Client) -> None:
    read = await ann.get(f"{PATH}/t1")
    assert {name: read.json()[name] for name in WHOLE} == WHOLE
    rest = {name: value for name, value in read.json().items() if name not in {*WHOLE, "created_at"}}
    unset = dict.fromkeys(("completed_at", "disputed_at", "reason", "settled_at"))
    assert rest == unset | {"customer_id": "ann", "state": "open", "disputed": False, "version": 1}
    assert (read.headers["ETag"], (await ann.get(PATH)).json()["items"]) == ('"1"', [read.json()])
    [event] = await told(ann)
    assert event.data == ProcessStepDue(step="billing", due_at=datetime(2026, 2, 1, tzinfo=UTC), amount=BILLED)
    assert (event.subject, event.partitionkey, event.time) == ("t1", "ann", PLANNED)


async def test_C03_completed_late_planned_and_actual_time_are_both_kept(ann: Client) -> None:
    done = await tell(ann, "complete", '"1"', "2026-02-11T00:00:00Z")
    assert (done.status_code, done.headers["ETag"], done.json()["state"]) == (200, '"2"', "completed")
    assert (done.json()["due_at"], done.json()["completed_at"]) == (WHOLE["due_at"], "2026-02-11T00:00:00Z")
    event = (await told(ann))[-1]
    assert (event.data, event.time) == (
        ProcessStepCompleted(step="billing", amount=BILLED), datetime(2026, 2, 11, tzinfo=UTC),
    )  # fmt: skip
    [change, _] = (await ann.get(f"{PATH}/t1/history")).json()["items"]
    assert (change["what"], change["after"]) == ("complete", {"completed_at": "2026-02-11T00:00:00Z"})


async def test_C03_disputed_settled_disputed_again_and_completed_in_dispute(ann: Client) -> None:
    path = [("dispute", "02"), ("settle", "03"), ("dispute", "04"), ("complete", "05"), ("settle", "06")]
    disputed = []
    for number, (verb, month) in enumerate(path, start=1):
        answer = await tell(ann, verb, f'"{number}"', f"2026-{month}-01T00:00:00Z")
        assert answer.status_code == 200, answer.text
        disputed.append(answer.json()["disputed"])
    assert disputed == [True, False, True, True, False]
    row = answer.json()
    assert (row["disputed_at"], row["settled_at"]) == ("2026-04-01T00:00:00Z", "2026-06-01T00:00:00Z")
    assert (row["state"], row["reason"]) == ("completed", SECRET)
    events = await told(ann)
    assert [event.type.split(".")[2] for event in events] == ["due", "disputed", "disputed", "completed"]
    assert events[1].data == ProcessStepDisputed(step="billing", amount=BILLED)
    assert not [event for event in events if SECRET.encode() in event.to_json()]
    changes = (await ann.get(f"{PATH}/t1/history")).json()["items"]
    assert [each["what"] for each in reversed(changes)] == ["plan", *(verb for verb, _ in path)]


@pytest.mark.parametrize(
    ("taken", "verb", "rule"),
    [
        (["complete"], "complete", "completed once"),
        (["dispute"], "dispute", "in dispute already"),
        ([], "settle", "not in dispute"),
        (["dispute", "settle"], "settle", "not in dispute"),
        (["complete", "dispute"], "complete", "completed once"),
    ],
)
async def test_C03_a_refused_step_names_the_rule(ann: Client, taken: list[str], verb: str, rule: str) -> None:
    for number, each in enumerate(taken, start=1):
        assert (await tell(ann, each, f'"{number}"', WHOLE["due_at"])).status_code == 200
    before = await standing(ann)
    refused = await tell(ann, verb, f'"{len(taken) + 1}"', "2026-03-01T00:00:00Z")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert rule in refused.json()["detail"]
    assert await standing(ann) == before


@pytest.mark.parametrize("verb", get_args(Verb))
@pytest.mark.parametrize(("match", "status"), [(None, 428), ('"2"', 412)])
async def test_C03_a_change_needs_the_version(ann: Client, verb: str, match: str | None, status: int) -> None:
    before = await standing(ann)
    assert (await tell(ann, verb, match, None)).status_code == status
    assert await standing(ann) == before


@pytest.mark.parametrize("verb", ["complete", "dispute"])
async def test_C03_nothing_happens_before_it_was_planned(ann: Client, verb: str) -> None:
    before = await standing(ann)
    refused = await tell(ann, verb, '"1"', "2026-01-05T09:59:59Z")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert await standing(ann) == before
    assert (await tell(ann, verb, '"1"', WHOLE["occurred_at"])).status_code == 200


async def test_C03_completed_and_disputed_at_once_one_wins(ann: Client) -> None:
    answers = await asyncio.gather(*(tell(ann, verb, '"1"', None) for verb in ["complete", "dispute"] * 4))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    assert len(await told(ann)) == 2


async def test_C03_a_step_told_twice_counts_once(ann: Client) -> None:
    await tell(ann, "complete", '"1"', None)
    before = await standing(ann)
    assert (await ann.post(PATH, WHOLE | {"amount": "120"})).status_code == 200
    for path, change in ((PATH, {"step": "payment"}), (PATH.replace("ann", "ben"), {})):
        assert (await ann.post(path, WHOLE | change)).status_code == 409
    assert await standing(ann) == before


async def test_C03_a_step_told_at_once_counts_once(ann: Client) -> None:
    answers = await asyncio.gather(*(ann.post(PATH, WHOLE | {"id": "t2"}) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len(await told(ann)) == 2


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"step": "gossip"}, "/step"),
        ({"due_at": None}, "/due_at"),
        ({"due_at": "2026-02-01"}, "/due_at"),
        ({"currency": None}, "/amount"),
        ({"amount": "120.001"}, "/amount"),
        ({"about": "order 9"}, "/about"),
        ({"occurred_at": "2199-01-01T00:00:00Z"}, "/occurred_at"),
        ({"late": True}, "/late"),
    ],
)
async def test_C03_bad_input_is_named_and_changes_nothing(ann: Client, change: dict[str, Any], pointer: str) -> None:
    refused = await ann.post(PATH, WHOLE | {"id": "t2"} | change)
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    assert (await ann.get(f"{PATH}/t2")).status_code == 404
    without = await ann.post(f"{PATH}/t1/dispute", {}, match='"1"')
    assert [error["pointer"] for error in without.json()["errors"]] == ["/reason"]
    assert len(await told(ann)) == 1


async def test_C03_a_step_of_somebody_else_or_of_nobody(ann: Client) -> None:
    others = PATH.replace("ann", "ben")
    for path in (f"{others}/t1", f"{others}/t1/history", f"{PATH}/t2"):
        assert (await ann.get(path)).status_code == 404
    for verb in get_args(Verb):
        body = {"reason": "none"} if verb == "dispute" else {}
        for path in (f"{others}/t1", f"{PATH}/t2"):
            assert (await ann.post(f"{path}/{verb}", body, match='"1"')).status_code == 404
    assert (await ann.post(PATH.replace("ann", "nobody"), WHOLE)).status_code == 404
    assert len(await told(ann)) == 1


async def test_C03_steps_in_the_order_of_their_due_times_narrowed(ann: Client) -> None:
    for name, step, due_at in (
        ("later", "payment", "2099-01-01T00:00:00Z"),
        ("first", "quote", "2026-01-20T00:00:00Z"),
    ):
        body = {"id": name, "step": step, "due_at": due_at, "occurred_at": WHOLE["occurred_at"]}
        assert (await ann.post(PATH, body)).status_code == 201
    assert (await ann.post(f"{PATH}/first/complete", {}, match='"1"')).status_code == 200
    await tell(ann, "dispute", '"1"', None)
    for query, names in (
        ("", ["first", "t1", "later"]),
        ("?overdue=true", ["t1"]),
        ("?overdue=false", ["first", "later"]),
        ("?state=open", ["t1", "later"]),
        ("?state=completed", ["first"]),
        ("?step=payment", ["later"]),
        ("?disputed=true", ["t1"]),
        ("?disputed=false", ["first", "later"]),
        ("?about=order-9", ["t1"]),
    ):
        assert [each["id"] for each in (await ann.get(PATH + query)).json()["items"]] == names, query
    page = (await ann.get(f"{PATH}?limit=2")).json()
    assert [each["id"] for each in (await ann.get(f"{PATH}?cursor={page['next']}")).json()["items"]] == ["later"]


async def test_C03_any_store_s_staff_may_complete_a_step(ann: Client) -> None:
    bound = ann.issuer.token(stores=("331",))
    assert (await ann.post(f"{PATH}/t1/complete", {}, match='"1"', bearer=bound)).status_code == 200


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_C03_every_step_from_contact_to_cash_can_be_told(ann: Client, kind: str) -> None:
    assert (await ann.post(PATH, {"step": kind, "due_at": WHOLE["due_at"]})).status_code == 201
    assert (await told(ann))[-1].data == ProcessStepDue.model_validate({"step": kind, "due_at": WHOLE["due_at"]})


class Life(RuleBasedStateMachine):
    """Any verb at any time; beside it a plain model: the list of what was told."""

    def __init__(self) -> None:
        super().__init__()
        self.step, self.now = Step(PLANNED), PLANNED
        self.told: list[tuple[Verb, datetime]] = []

    def _refused(self, verb: Verb) -> bool:
        verbs = [each for each, _ in self.told]
        disputed = verbs.count("dispute") > verbs.count("settle")
        return {"complete": "complete" in verbs, "dispute": disputed, "settle": not disputed}[verb]

    @rule(verb=st.sampled_from(get_args(Verb)), hours=st.none() | st.integers(-4, 4))
    def tell(self, verb: Verb, hours: int | None) -> None:
        last = max([PLANNED, *(at for _, at in self.told)])
        told = None if hours is None else self.now + hours * HOUR
        if self._refused(verb) or (told is not None and told < last):
            with pytest.raises(RefusedError):
                take(self.step, verb, told, self.now)
            return
        self.step = take(self.step, verb, told, self.now)
        self.told.append((verb, told or max(self.now, last)))

    @rule(hours=st.integers(1, 5))
    def wait(self, hours: int) -> None:
        self.now += hours * HOUR

    @invariant()
    def it_is_as_the_list_tells(self) -> None:
        times: dict[Verb, datetime] = dict(self.told)
        verbs = [verb for verb, _ in self.told]
        assert (self.step.completed_at, self.step.disputed_at) == (times.get("complete"), times.get("dispute"))
        assert self.step.disputed == (verbs.count("dispute") > verbs.count("settle"))
        assert self.step.settled_at == (None if self.step.disputed else times.get("settle"))
        assert self.step.last_told_at == max([PLANNED, *times.values()])
        assert verbs.count("complete") <= 1


TestLife = Life.TestCase
