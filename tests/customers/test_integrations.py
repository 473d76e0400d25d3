"""C13: integrations with a customer's own processes: offered, started, used, ended; the life as a state machine."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.customers.integrations.domain import (
    STEPS,
    Joining,
    RefusedError,
    State,
    Verb,
    admit,
    take,
    used_at,
)
from shared.events import Event
from shared.events.customers import IntegrationEnded, IntegrationOffered, IntegrationStarted, IntegrationUsed
from tests.support.client import Client

SECRET = "too-dear-for-her"  # a code in its form, so that it would fit into any field of an event
PATH = "/v1/customers/ann/integrations"
OFFER: dict[str, Any] = {"id": "i1", "kind": "portal", "occurred_at": "2026-01-01T00:00:00Z", "simulated": True}
STARTED, ENDED = "2026-02-01T00:00:00Z", "2026-04-01T00:00:00Z"
USE: dict[str, Any] = {"id": "u1", "kind": "order", "about": "b-1", "occurred_at": "2026-03-01T00:00:00Z"}
START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def ann(customers: Client) -> Client:
    """The customers service, which knows ann and ben, and what we offered ann."""
    for name in ("ann", "ben"):
        assert (await customers.put(f"/v1/customers/{name}", {"kind": "organization"})).status_code == 201
    assert (await customers.post(PATH, OFFER)).status_code == 201
    return customers


async def told(client: Client) -> list[Event]:
    """What was told of integrations."""
    return [event for event in await client.outbox() if event.type.startswith("crm.integration.")]


async def step(client: Client, verb: str, match: str | None, at: str | None, **more: Any) -> Any:
    body = ({"reviews_a_year": 4} if verb == "start" else {"reason": SECRET}) | more
    return await client.post(f"{PATH}/i1/{verb}", body | ({"occurred_at": at} if at else {}), match=match)


async def started(client: Client) -> None:
    assert (await step(client, "start", '"1"', STARTED)).status_code == 200


async def used(client: Client, **changes: Any) -> Any:
    return await client.post(f"{PATH}/i1/use", {name: each for name, each in (USE | changes).items() if each})


async def standing(client: Client) -> tuple[Any, int, int, int]:
    """All that a refused step must leave alone: the row, its history, its uses, the outbox."""
    history = (await client.get(f"{PATH}/i1/history")).json()["items"]
    uses = (await client.get(f"{PATH}/i1/uses")).json()["items"]
    return (await client.get(f"{PATH}/i1")).json(), len(history), len(uses), len(await client.outbox())


async def test_C13_offered_started_used_ended(ann: Client) -> None:
    begun = await step(ann, "start", '"1"', STARTED)
    assert (begun.status_code, begun.headers["ETag"], begun.json()["state"]) == (200, '"2"', "active")
    use = await used(ann)
    assert (use.status_code, use.headers["Location"]) == (201, f"{PATH}/i1/uses/u1"), use.text
    over = await step(ann, "end", '"2"', ENDED)  # a use made nobody's version stale
    assert (over.status_code, over.headers["ETag"]) == (200, '"3"')
    assert over.json() == {
        "id": "i1", "customer_id": "ann", "kind": "portal", "state": "ended", "occurred_at": OFFER["occurred_at"],
        "started_at": STARTED, "reviews_a_year": 4, "ended_at": ENDED, "reason": SECRET, "simulated": True,
        "created_at": begun.json()["created_at"], "version": 3,
    }  # fmt: skip
    assert (await ann.get(f"{PATH}/i1")).json() == over.json()
    events = await told(ann)
    assert [event.data for event in events] == [
        IntegrationOffered(kind="portal"),
        IntegrationStarted(kind="portal", reviews_a_year=4),
        IntegrationUsed(kind="order", about="b-1"),
        IntegrationEnded(),
    ]
    assert [event.time.month for event in events] == [1, 2, 3, 4]
    assert {(event.subject, event.partitionkey) for event in events} == {("i1", "ann")}
    assert not [event for event in events if SECRET.encode() in event.to_json()]


async def test_C13_the_history_tells_every_step(ann: Client) -> None:
    await started(ann)
    await step(ann, "end", '"2"', ENDED)
    changes = (await ann.get(f"{PATH}/i1/history")).json()["items"]
    assert [(each["what"], each["at"]) for each in changes] == [
        ("end", ENDED), ("start", STARTED), ("offer", OFFER["occurred_at"]),
    ]  # fmt: skip
    assert changes[0]["after"] == {"state": "ended", "ended_at": ENDED, "reason": SECRET}
    assert changes[1]["before"] == {"state": "offered", "started_at": None, "reviews_a_year": 0}


async def test_C13_declined_it_was_offered_and_is_never_used(ann: Client) -> None:
    declined = await step(ann, "decline", '"1"', STARTED)
    assert (declined.status_code, declined.json()["state"], declined.json()["reason"]) == (200, "declined", SECRET)
    assert [event.data for event in await told(ann)] == [IntegrationOffered(kind="portal")]
    before = await standing(ann)
    for refused in (await step(ann, "start", '"2"', ENDED), await used(ann, occurred_at=None)):
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
        assert "the customer declined the integration: offer a new one" in refused.json()["detail"]
    assert await standing(ann) == before


@pytest.mark.parametrize(
    ("taken", "verb", "rule"),
    [
        ([], "end", "offered: it can be started or declined"),
        (["start"], "start", "active: it can be used or ended"),
        (["start"], "decline", "active: it can be used or ended"),
        (["decline"], "end", "offer a new one"),
        (["start", "end"], "start", "offer a new one"),
        (["start", "end"], "end", "offer a new one"),
    ],
)
async def test_C13_a_step_that_the_state_refuses_names_the_rule(
    ann: Client, taken: list[str], verb: str, rule: str
) -> None:
    for number, each in enumerate(taken, start=1):
        assert (await step(ann, each, f'"{number}"', STARTED)).status_code == 200
    before = await standing(ann)
    refused = await step(ann, verb, f'"{len(taken) + 1}"', ENDED)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert rule in refused.json()["detail"]
    assert await standing(ann) == before


@pytest.mark.parametrize("verb", ["start", "decline", "end"])
@pytest.mark.parametrize(("match", "status"), [(None, 428), ('"9"', 412)])
async def test_C13_a_step_needs_the_version(ann: Client, verb: str, match: str | None, status: int) -> None:
    before = await standing(ann)
    assert (await step(ann, verb, match, STARTED)).status_code == status
    assert await standing(ann) == before


async def test_C13_steps_never_go_back_in_time_nor_behind_a_use(ann: Client) -> None:
    assert (await step(ann, "start", '"1"', "2025-12-31T23:59:59Z")).status_code == 409
    await started(ann)
    await used(ann)
    before = await standing(ann)
    refused = await step(ann, "end", '"2"', "2026-02-28T23:59:59Z")
    assert (refused.status_code, "before the last step or use" in refused.json()["detail"]) == (409, True)
    assert await standing(ann) == before
    assert (await step(ann, "end", '"2"', USE["occurred_at"])).status_code == 200


async def test_C13_started_and_declined_at_once_one_wins(ann: Client) -> None:
    verbs = ["start", "decline"] * 4
    answers = await asyncio.gather(*(step(ann, verb, '"1"', STARTED) for verb in verbs))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    assert (await standing(ann))[0]["version"] == 2


async def test_C13_a_use_counts_while_the_integration_is_active_however_late_it_is_told(ann: Client) -> None:
    early = await used(ann, occurred_at=None)
    assert (early.status_code, "before it is started" in early.json()["detail"]) == (409, True)
    await started(ann)
    await step(ann, "end", '"2"', ENDED)
    before = await standing(ann)
    for moment, why in (
        ("2026-01-31T23:59:59Z", "it was started at 2026-02-01"),
        ("2026-04-01T00:00:01Z", "it ended at 2026-04-01"),
        (None, "it ended at 2026-04-01"),
    ):
        refused = await used(ann, occurred_at=moment)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
        assert why in refused.json()["detail"]
    assert await standing(ann) == before
    for name, moment in (("first", STARTED), ("late", USE["occurred_at"]), ("last", ENDED)):
        assert (await used(ann, id=name, occurred_at=moment)).status_code == 201
    assert (await standing(ann))[0] == before[0]


async def test_C13_a_use_told_twice_counts_once_also_after_the_end(ann: Client) -> None:
    await started(ann)
    bare = await used(ann, id="bare", occurred_at=None)
    first = await used(ann)
    assert (await step(ann, "end", '"2"', None)).status_code == 200
    before = await standing(ann)
    again = [await used(ann), await used(ann, id="bare", occurred_at=None)]
    assert [(each.status_code, each.json()) for each in again] == [(200, first.json()), (200, bare.json())]
    other = await used(ann, kind="case")
    assert (other.status_code, other.json()["type"]) == (409, "urn:elevenfold:problem:conflict")
    assert await standing(ann) == before


async def test_C13_a_use_told_at_once_counts_once(ann: Client) -> None:
    await started(ann)
    answers = await asyncio.gather(*(used(ann) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len(await told(ann)) == 3


async def test_C13_used_and_ended_at_once_never_used_after_the_end(ann: Client) -> None:
    await started(ann)
    uses = (used(ann, id=f"u{number}", occurred_at=None) for number in range(7))
    *uses_told, over = await asyncio.gather(*uses, step(ann, "end", '"2"', None))
    assert over.status_code == 200
    assert {answer.status_code for answer in uses_told} <= {201, 409}
    events = await told(ann)
    times = [event.time for event in events if event.type == "crm.integration.used.v1"]
    [end] = [event.time for event in events if event.type == "crm.integration.ended.v1"]
    assert len(times) == sum(answer.status_code == 201 for answer in uses_told)
    assert all(time <= end for time in times)


async def test_C13_uses_are_read_one_by_one_and_narrowed_by_kind(ann: Client) -> None:
    await started(ann)
    await used(ann)
    await used(ann, id="u2", kind="review", about=None)
    read = (await ann.get(f"{PATH}/i1/uses/u1")).json()
    assert {name: read[name] for name in USE} == USE
    assert (read["customer_id"], read["integration_id"], read["version"]) == ("ann", "i1", 1)
    for query, names in (("", ["u1", "u2"]), ("?kind=review", ["u2"])):
        assert [each["id"] for each in (await ann.get(f"{PATH}/i1/uses{query}")).json()["items"]] == names


async def test_C13_an_offer_told_twice_counts_once_and_another_is_its_own(ann: Client) -> None:
    assert (await ann.post(PATH, OFFER)).status_code == 200
    assert (await ann.post(PATH, OFFER | {"kind": "edi"})).status_code == 409
    assert (await ann.post(PATH.replace("ann", "ben"), OFFER)).status_code == 409
    assert (await ann.post(PATH, OFFER | {"id": "i2", "kind": "edi"})).status_code == 201
    await started(ann)
    for query, names in (("", ["i1", "i2"]), ("?kind=edi", ["i2"]), ("?state=active", ["i1"])):
        assert [each["id"] for each in (await ann.get(PATH + query)).json()["items"]] == names
    assert len(await told(ann)) == 3


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("", {"kind": "fax"}, "/kind"),
        ("", {"kind": "portal", "occurred_at": "2199-01-01T00:00:00Z"}, "/occurred_at"),
        ("/i1/start", {"reviews_a_year": -1}, "/reviews_a_year"),
        ("/i1/start", {"reviews_a_year": "4"}, "/reviews_a_year"),
        ("/i1/end", {}, "/reason"),
        ("/i1/decline", {"reason": ""}, "/reason"),
        ("/i1/use", {"kind": "fax"}, "/kind"),
        ("/i1/use", {"kind": "order", "about": "b 1"}, "/about"),
    ],
)
async def test_C13_bad_input_is_named_and_changes_nothing(
    ann: Client, path: str, body: dict[str, Any], pointer: str
) -> None:
    before = await standing(ann)
    refused = await ann.post(PATH + path, body, match='"1"')
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    assert await standing(ann) == before
    assert len((await ann.get(PATH)).json()["items"]) == 1


async def test_C13_an_integration_of_somebody_else_or_of_nobody(ann: Client) -> None:
    await started(ann)
    await used(ann)
    others = PATH.replace("ann", "ben")
    for path in (f"{others}/i1", f"{others}/i1/history", f"{others}/i1/uses", f"{others}/i1/uses/u1", f"{PATH}/i2"):
        assert (await ann.get(path)).status_code == 404
    for verb in ("start", "decline", "end", "use"):
        body = {"kind": "order"} if verb == "use" else {} if verb == "start" else {"reason": "none"}
        for path in (f"{others}/i1", f"{PATH}/i2"):
            assert (await ann.post(f"{path}/{verb}", body, match='"2"')).status_code == 404
    assert (await ann.post(PATH.replace("ann", "nobody"), OFFER)).status_code == 404
    assert len(await told(ann)) == 3


class Life(RuleBasedStateMachine):
    """Any step and any use at any time; beside it a plain model: what is allowed, and when it was active."""

    def __init__(self) -> None:
        super().__init__()
        self.joining, self.now = Joining("offered", START), START
        self.taken: list[tuple[Verb, datetime]] = []
        self.uses: list[datetime] = []

    def _allowed(self) -> set[Verb]:
        verbs = [verb for verb, _ in self.taken]
        return {"start", "decline"} if not verbs else {"end"} if verbs == ["start"] else set()

    def _active(self, at: datetime) -> bool:
        times = dict(self.taken)
        return "start" in times and times["start"] <= at and ("end" not in times or at <= times["end"])

    @rule(verb=st.sampled_from(get_args(Verb)), hours=st.integers(-3, 5))
    def step(self, verb: Verb, hours: int) -> None:
        at, last_use = self.now + hours * HOUR, max(self.uses, default=None)
        last = max([START, *self.uses, *(time for _, time in self.taken)])
        if verb not in self._allowed() or at < last:
            with pytest.raises(RefusedError):
                take(self.joining, verb, at, self.now, last_use)
            return
        self.joining = take(self.joining, verb, at, self.now, last_use)
        self.taken.append((verb, at))

    @rule(verb=st.sampled_from(get_args(Verb)))
    def step_now(self, verb: Verb) -> None:
        if verb in self._allowed():
            self.joining = take(self.joining, verb, None, self.now, max(self.uses, default=None))
            self.taken.append((verb, self.joining.last_step_at))
            assert self.joining.last_step_at >= self.now

    @rule(hours=st.integers(-9, 9))
    def use(self, hours: int) -> None:
        at = self.now + hours * HOUR
        if not self._active(at):
            with pytest.raises(RefusedError):
                admit(self.joining, at)
            return
        admit(self.joining, at)
        self.uses.append(at)

    @rule(hours=st.integers(1, 6))
    def wait(self, hours: int) -> None:
        self.now += hours * HOUR

    @invariant()
    def it_is_what_the_last_step_made_it(self) -> None:
        assert self.joining.state == (STEPS[self.taken[-1][0]][1] if self.taken else "offered")
        assert (self.joining.ended_at is not None) == (self.joining.state in ("declined", "ended"))

    @invariant()
    def nothing_went_through_it_but_while_it_was_active(self) -> None:
        assert not self.uses or self.joining.started_at is not None
        for at in self.uses:
            assert (self.joining.started_at or at) <= at <= (self.joining.ended_at or at)


TestLife = Life.TestCase


def test_C13_the_table_speaks_of_every_verb_and_leads_to_every_state() -> None:
    assert set(STEPS) == set(get_args(Verb))
    assert {"offered", *(after for _, after in STEPS.values())} == set(get_args(State))


def test_C13_a_use_told_without_a_time_is_now_and_never_before_the_start() -> None:
    ahead = Joining("active", START, START + 5 * HOUR)
    assert used_at(ahead, None, START + HOUR) == START + 5 * HOUR
    assert used_at(ahead, None, START + 6 * HOUR) == START + 6 * HOUR
    assert used_at(ahead, START, START + 6 * HOUR) == START
