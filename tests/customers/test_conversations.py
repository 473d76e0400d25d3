"""C07: listening and talking: what a customer named, what we answered, and what follows from it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.events.customers import CommitmentMade
from shared.events.visits import DoubtRaised, TouchpointRecorded, VisitEnded
from tests.customers.test_touchpoints import met
from tests.customers.visits import END, ENDED, SECRET, START, WHOLE, begin, bound, history, kinds, watched
from tests.support.client import Client

SAID: dict[str, Any] = {
    "id": "k1",
    "named": "need",
    "topic": "boots",
    "words": SECRET,
    "response": "answered",
    "due_at": None,
    "by": "e9",
    "occurred_at": "2026-01-05T10:10:00Z",
    "simulated": False,
}
DUE = "2026-01-12T00:00:00Z"
VISIT, TOUCHPOINT = "/v1/visits/v1", "/v1/touchpoints/t1"


@pytest.fixture
async def asha(customers: Client) -> AsyncIterator[Client]:
    """Asha is here, and phoned; neither is two-way yet. What she said is in no event."""
    await customers.put("/v1/customers/asha", {"kind": "individual"})
    await begin(customers, note=None)
    await met(customers, two_way=False, begun=False, note=None)
    yield customers
    assert not [event for event in await customers.outbox() if SECRET.encode() in event.to_json()]


async def say(customers: Client, path: str = VISIT, **changes: Any) -> dict[str, Any]:
    """A conversation that was not there before."""
    answer = await customers.post(f"{path}/conversations", SAID | changes)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def recorded(customers: Client) -> list[Any]:
    """What was recorded since Asha came and phoned."""
    return (await customers.outbox())[3:]


@pytest.mark.parametrize("path", [VISIT, TOUCHPOINT])
async def test_C07_every_field_of_a_conversation_comes_back(asha: Client, path: str) -> None:
    made = await asha.post(f"{path}/conversations", SAID)
    assert (made.status_code, made.headers["Location"]) == (201, "/v1/conversations/k1"), made.text
    where = {"visit_id": None, "touchpoint_id": None} | {("visit_id" if path == VISIT else "touchpoint_id"): path[-2:]}
    expected = SAID | where | {"customer_id": "asha", "commitment_id": None, "doubt_id": None, "version": 1}
    assert made.json() == expected | {"created_at": made.json()["created_at"]}
    read = await asha.get("/v1/conversations/k1")
    assert (read.json(), read.headers["ETag"]) == (made.json(), '"1"')
    for listed in (f"{path}/conversations", "/v1/customers/asha/conversations"):
        assert (await asha.get(listed)).json()["items"] == [made.json()]
    other = TOUCHPOINT if path == VISIT else VISIT
    assert (await asha.get(f"{other}/conversations")).json()["items"] == []
    part = (await history(asha, path))[0]
    assert (part["part"], part["what"], part["at"]) == ("conversations/k1", "note", SAID["occurred_at"])
    assert (part["before"], part["after"]["words"], part["version"]) == (None, SECRET, 1)


async def test_C07_a_conversation_makes_the_visit_two_way(asha: Client) -> None:
    await say(asha)
    visit = (await asha.get(VISIT)).json()
    assert (visit["two_way"], visit["version"], await recorded(asha)) == (True, 2, [])
    change = (await history(asha))[1]
    assert (change["what"], change["before"], change["after"]) == ("talk", {"two_way": None}, {"two_way": True})
    await say(asha, id="k2")
    told = {"occurred_at": END, "outcome": "helped", "two_way": False}
    assert (await asha.post(f"{VISIT}/end", told, match='"2"')).status_code == 200
    [ended] = await recorded(asha)
    assert ended.data == VisitEnded(channel="store", purpose="browse", outcome="helped", two_way=True)


async def test_C07_a_visit_talked_in_and_left_open_ends_two_way(asha: Client) -> None:
    await say(asha)
    async with watched(asha) as watch:
        await watch.look()
    [ended] = await recorded(asha)
    assert ended.data == VisitEnded(channel="store", purpose="browse", two_way=True)


@pytest.mark.parametrize("at", [START, "2026-01-06T00:00:00Z"])
async def test_C07_what_is_written_down_after_tells_the_end_again(asha: Client, at: str) -> None:
    await asha.post(f"{VISIT}/end", {"occurred_at": END, "outcome": "helped", "two_way": False}, match='"1"')
    await say(asha, occurred_at=at)
    await say(asha, id="k2", occurred_at=at)
    first, again = await recorded(asha)
    assert (first.type, first.time, again.type, again.time) == (first.type, ENDED, first.type, ENDED)
    assert first.data == VisitEnded(channel="store", purpose="browse", outcome="helped", two_way=False)
    assert again.data == VisitEnded(channel="store", purpose="browse", outcome="helped", two_way=True)
    assert first.id != again.id


async def test_C07_a_visit_that_was_two_way_is_not_told_again(customers: Client) -> None:
    await customers.post("/v1/visits", WHOLE | {"two_way": True})
    await say(customers)
    assert kinds(await customers.outbox()) == ["crm.visit.started.v1", "crm.visit.ended.v1"]
    assert (await customers.get(VISIT)).json()["version"] == 1


@pytest.mark.parametrize("at", ["2026-01-05T09:59:59Z", "2026-01-06T00:00:01Z", None])
async def test_C07_words_of_another_day_are_refused(asha: Client, at: str | None) -> None:
    refused = await asha.post(f"{VISIT}/conversations", SAID | {"occurred_at": at})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert refused.json()["detail"].startswith("a conversation is of the day of its visit")
    await untouched(asha, VISIT)


async def untouched(asha: Client, path: str) -> None:
    """Nothing was changed, noted or recorded."""
    assert (await asha.get(path)).json()["version"] == 1
    assert (await asha.get("/v1/customers/asha/conversations")).json()["items"] == []
    assert len(await history(asha, path)) == (0 if path == VISIT else 1)
    assert await recorded(asha) == []


async def test_C07_a_touchpoint_is_two_way_from_the_conversation_on(asha: Client) -> None:
    await say(asha, TOUCHPOINT, occurred_at=END)
    [again] = await recorded(asha)
    assert (again.type, again.subject, again.time) == ("crm.touchpoint.recorded.v1", "t1", ENDED)
    assert again.data == TouchpointRecorded(channel="phone", two_way=True)
    await say(asha, TOUCHPOINT, id="k2", occurred_at=END)
    touchpoint = (await asha.get(TOUCHPOINT)).json()
    assert (touchpoint["two_way"], touchpoint["version"], len(await recorded(asha))) == (True, 2, 1)


async def test_C07_a_conversation_keeps_the_outcome_of_its_touchpoint(asha: Client) -> None:
    await asha.post(f"{TOUCHPOINT}/conclude", {"outcome": "sold", "occurred_at": START}, match='"1"')
    await say(asha, TOUCHPOINT)
    assert (await recorded(asha))[-1].data == TouchpointRecorded(channel="phone", two_way=True, outcome="sold")


async def test_C07_no_conversation_is_before_its_touchpoint(asha: Client) -> None:
    refused = await asha.post(f"{TOUCHPOINT}/conversations", SAID | {"occurred_at": "2026-01-05T09:59:59Z"})
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("a conversation is not before its touchpoint")
    await untouched(asha, TOUCHPOINT)


@pytest.mark.parametrize("path", [VISIT, TOUCHPOINT])
async def test_C12_a_promise_becomes_a_commitment(asha: Client, path: str) -> None:
    said = await say(asha, path, response="promised", due_at=DUE)
    commitment = (await asha.get(f"/v1/customers/asha/commitments/{said['commitment_id']}")).json()
    assert (commitment["what"], commitment["due_at"], commitment["made_by"]) == (SECRET, DUE, "e9")
    assert (commitment["occurred_at"], said["doubt_id"]) == (SAID["occurred_at"], None)
    [made] = [event for event in await recorded(asha) if event.type == "crm.commitment.made.v1"]
    assert isinstance(made.data, CommitmentMade)
    assert made.subject == said["commitment_id"]


@pytest.mark.parametrize("path", [VISIT, TOUCHPOINT])
async def test_C06_a_doubt_that_is_named_is_raised(asha: Client, path: str) -> None:
    said = await say(asha, path, named="doubt", topic="warranty", words=None)
    doubt = (await asha.get(f"/v1/customers/asha/doubts/{said['doubt_id']}")).json()
    assert (doubt["topic"], doubt["occurred_at"], doubt["resolved_at"]) == ("warranty", SAID["occurred_at"], None)
    assert (doubt["visit_id"], said["commitment_id"]) == ("v1" if path == VISIT else None, None)
    [raised] = [event for event in await recorded(asha) if event.type == "crm.doubt.raised.v1"]
    assert (raised.subject, raised.data) == (said["doubt_id"], DoubtRaised(topic="warranty"))


async def test_C12_a_promise_without_words_is_about_its_topic(asha: Client) -> None:
    said = await say(asha, response="promised", due_at=DUE, words=None, named="doubt")
    commitment = (await asha.get(f"/v1/customers/asha/commitments/{said['commitment_id']}")).json()
    assert (commitment["what"], said["doubt_id"] is None) == ("boots", False)


@pytest.mark.parametrize("path", [VISIT, TOUCHPOINT])
async def test_C07_the_same_conversation_again_counts_once(asha: Client, path: str) -> None:
    promise = {"named": "doubt", "response": "promised", "due_at": DUE}
    first = await say(asha, path, **promise)
    await begin(asha, id="v2", note=None)
    await met(asha, id="t2", note=None)
    events = len(await recorded(asha))
    again = await asha.post(f"{path}/conversations", SAID | promise)
    assert (again.status_code, again.json()) == (200, first)
    other = await asha.post(f"{path}/conversations", SAID | promise | {"words": "other"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:elevenfold:problem:conflict")
    for elsewhere in {VISIT, TOUCHPOINT, "/v1/visits/v2", "/v1/touchpoints/t2"} - {path}:
        assert (await asha.post(f"{elsewhere}/conversations", SAID | promise)).status_code == 409
    assert len(await recorded(asha)) == events
    assert len((await asha.get("/v1/customers/asha/conversations")).json()["items"]) == 1


@pytest.mark.parametrize("path", [VISIT, TOUCHPOINT])
async def test_C07_the_same_conversation_at_once_counts_once(asha: Client, path: str) -> None:
    promise = SAID | {"response": "promised", "due_at": DUE}
    answers = await asyncio.gather(*(asha.post(f"{path}/conversations", promise) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert kinds(await recorded(asha)).count("crm.commitment.made.v1") == 1
    assert (await asha.get(path)).json()["version"] == 2


async def test_C07_a_conversation_and_the_end_at_once(asha: Client) -> None:
    said, ended = await asyncio.gather(
        asha.post(f"{VISIT}/conversations", SAID), asha.post(f"{VISIT}/end", {"occurred_at": END}, match='"1"')
    )
    assert said.status_code == 201
    if ended.status_code == 412:  # the visit has become two-way since it was read
        assert (await asha.post(f"{VISIT}/end", {"occurred_at": END}, match='"2"')).status_code == 200
    ends = [event.data for event in await recorded(asha)]
    assert isinstance(ends[-1], VisitEnded)
    assert (ends[-1].two_way, len(ends)) == (True, 1 if ended.status_code == 412 else 2)


@pytest.mark.parametrize("path", [VISIT, TOUCHPOINT])
@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"named": "wish"}, "/named"),
        ({"topic": "two words"}, "/topic"),
        ({"response": "ignored"}, "/response"),
        ({"response": "promised"}, "/due_at"),
        ({"due_at": DUE}, "/due_at"),
        ({"response": "promised", "due_at": "2026-01-05T10:09:59Z"}, "/due_at"),
        ({"words": "\u0000"}, "/words"),
        ({"occurred_at": "2199-01-01T00:00:00Z"}, "/occurred_at"),
        ({"visit_id": "v2"}, "/visit_id"),
    ],
    ids=["named", "topic", "response", "promise", "no promise", "overdue", "words", "ahead", "unknown field"],
)
async def test_C07_a_bad_conversation_is_refused(
    asha: Client, path: str, changes: dict[str, Any], pointer: str
) -> None:
    refused = await asha.post(f"{path}/conversations", SAID | changes)
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    await untouched(asha, path)


@pytest.mark.parametrize("path", [VISIT, TOUCHPOINT])
async def test_C07_who_has_no_profile_is_promised_nothing(customers: Client, path: str) -> None:
    await begin(customers, note=None)
    await met(customers, two_way=False, begun=False, note=None)
    for changes in ({"response": "promised", "due_at": DUE}, {"named": "doubt"}):
        refused = await customers.post(f"{path}/conversations", SAID | changes)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
        assert refused.json()["detail"].startswith("register the customer first")
    assert (await customers.get(path)).json()["version"] == 1
    assert (await customers.get("/v1/customers/asha/conversations")).json()["items"] == []
    assert len(await customers.outbox()) == 2
    await say(customers, path)


async def test_C07_conversations_page_by_page(asha: Client) -> None:
    for number in range(5):
        await say(asha, (VISIT, TOUCHPOINT)[number % 2], id=f"k{number}")
    first = (await asha.get("/v1/customers/asha/conversations?limit=3")).json()
    rest = (await asha.get(f"/v1/customers/asha/conversations?limit=3&cursor={first['next']}")).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == [f"k{number}" for number in range(5)]
    assert [each["id"] for each in (await asha.get(f"{VISIT}/conversations")).json()["items"]] == ["k0", "k2", "k4"]
    for unknown in ("/v1/visits/v9/conversations", "/v1/touchpoints/t9/conversations", "/v1/conversations/k9"):
        assert (await asha.get(unknown)).status_code == 404


@pytest.mark.parametrize("path", [VISIT, TOUCHPOINT])
async def test_W06_a_conversation_in_another_store(asha: Client, path: str) -> None:
    await say(asha, path)
    bearer = bound(asha, "331")
    hidden = [
        await asha.get(f"{path}/conversations", bearer=bearer),
        await asha.get("/v1/conversations/k1", bearer=bearer),
        await asha.post(f"{path}/conversations", SAID | {"id": "k2"}, bearer=bearer),
    ]
    assert [answer.status_code for answer in hidden] == [404, 404, 404]
    for stores, seen in ((["331"], []), (["331", "330"], ["k1"])):
        whole = await asha.get("/v1/customers/asha/conversations", bearer=bound(asha, *stores))
        assert [each["id"] for each in whole.json()["items"]] == seen
    assert (await asha.get("/v1/conversations/k1", bearer=bound(asha, "330"))).status_code == 200
    mine = await asha.post(f"{path}/conversations", SAID | {"id": "k2"}, bearer=bound(asha, "330"))
    assert mine.status_code == 201


async def test_W06_a_conversation_in_no_store_is_shown_as_its_visit_or_touchpoint_is(asha: Client) -> None:
    await begin(asha, id="v2", store_id=None, note=None)
    await met(asha, id="t2", store_id=None, note=None)
    await say(asha, "/v1/visits/v2", id="visit")
    await say(asha, "/v1/touchpoints/t2", id="touchpoint")
    for options, seen in (({"bearer": bound(asha, "331")}, ["touchpoint"]), ({}, ["visit", "touchpoint"])):
        listed = await asha.get("/v1/customers/asha/conversations", **options)
        assert [each["id"] for each in listed.json()["items"]] == seen
        for each in ("visit", "touchpoint"):
            status = (await asha.get(f"/v1/conversations/{each}", **options)).status_code
            assert status == (200 if each in seen else 404)
