"""K09: customers' ideas, recorded, decided on and answered: in this order, each once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.complaints.ideas.domain import STEPS, RefusedError, Standing, State, Verb, take
from services.complaints.workers import working
from shared.events.customers import CustomerErased
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import told

WORK = working(WORKER_SETTINGS)
CANARY = "canary-that-must-not-sing"
NOW = datetime(2017, 3, 1, 12, tzinfo=UTC)
IDEA = {
    "customer_id": "asha",
    "store_id": "330",
    "words": "Benches by the tills",
    "occurred_at": "2017-03-01T10:00:00Z",
}
BODIES: dict[str, dict[str, Any]] = {
    "decide": {"decision": "accepted", "reason": "Many asked for it", "by": "emp-7"},
    "answer": {"words": "They come in May"},
}


async def recorded(client: Client, **more: object) -> dict[str, Any]:
    answer = await client.post("/v1/ideas", IDEA | more)
    assert answer.status_code == 201, answer.text
    idea: dict[str, Any] = answer.json()
    return idea


async def act(client: Client, idea: dict[str, Any], verb: str, **more: object) -> httpx.Response:
    """Do `verb` to the idea in the version given."""
    return await client.post(f"/v1/ideas/{idea['id']}/{verb}", BODIES[verb] | more, match=f'"{idea["version"]}"')


@pytest.mark.parametrize("state", ["recorded", "decided", "answered"])
@pytest.mark.parametrize("verb", ["decide", "answer"])
def test_K09_each_step_has_its_one_state(verb: Verb, state: State) -> None:
    idea, (allowed, leads) = Standing(state, NOW), STEPS[verb]
    if state != allowed:
        with pytest.raises(RefusedError, match=r"already|nobody has decided"):
            take(idea, verb, None, NOW)
        return
    assert take(idea, verb, None, NOW - timedelta(hours=1)) == Standing(leads, NOW), "our clock may be behind"
    assert take(idea, verb, NOW, NOW) == Standing(leads, NOW)
    with pytest.raises(RefusedError, match="not before that"):
        take(idea, verb, NOW - timedelta(seconds=1), NOW)


async def test_K09_an_idea_is_recorded_decided_on_and_answered(complaints: Client) -> None:
    idea = await recorded(complaints, id="i1", about="comfort")
    told_twice = await complaints.post("/v1/ideas", IDEA | {"id": "i1", "about": "comfort"})
    assert (told_twice.status_code, told_twice.json()) == (200, idea)
    assert (await complaints.post("/v1/ideas", IDEA | {"id": "i1"})).status_code == 409
    decided = (await act(complaints, idea, "decide", occurred_at="2017-03-05T10:00:00Z")).json()
    assert (decided["state"], decided["decision"], decided["decided_by"]) == ("decided", "accepted", "emp-7")
    answered = (await act(complaints, decided, "answer", occurred_at="2017-03-06T10:00:00Z")).json()
    assert (answered["state"], answered["answer"]) == ("answered", "They come in May")
    assert answered == (await complaints.get("/v1/ideas/i1")).json()
    history = (await complaints.get("/v1/ideas/i1/history")).json()["items"]
    assert [(change["what"], change["at"][:10]) for change in history] == [
        ("answer", "2017-03-06"),
        ("decide", "2017-03-05"),
        ("record", "2017-03-01"),
    ]
    assert await complaints.outbox() == [], "words stay in this service"


async def test_K09_a_step_out_of_order_is_refused_and_names_its_rule(complaints: Client) -> None:
    idea = await recorded(complaints, id="i1")
    decided = (await act(complaints, await recorded(complaints, id="i2"), "decide")).json()
    before = await dump(complaints.database_url)
    refused = [
        (await act(complaints, idea, "answer"), "after the decision"),
        (await act(complaints, decided, "decide"), "decided on once"),
        (await act(complaints, idea, "decide", occurred_at="2017-03-01T09:00:00Z"), "not before that"),
    ]
    for answer, rule in refused:
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
        assert rule in answer.json()["detail"]
    for body in ({"decision": "perhaps"}, {"reason": ""}, {"reason": None}):
        assert (await act(complaints, idea, "decide", **body)).status_code == 422
    assert (await complaints.post("/v1/ideas", {"customer_id": "asha"})).status_code == 422
    for verb, body in BODIES.items():
        assert (await complaints.post(f"/v1/ideas/i1/{verb}", body)).status_code == 428
        assert (await complaints.post(f"/v1/ideas/i1/{verb}", body, match='"9"')).status_code == 412
    assert await dump(complaints.database_url) == before


async def test_K09_of_ten_who_decide_at_once_one_does(complaints: Client) -> None:
    idea = await recorded(complaints, id="i1")
    decisions = ["accepted", "rejected"] * 5
    answers = await asyncio.gather(*(act(complaints, idea, "decide", decision=each) for each in decisions))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    assert len((await complaints.get("/v1/ideas/i1/history")).json()["items"]) == 2


async def test_K09_undecided_ideas_are_listed_by_age_and_each_store_sees_its_own(complaints: Client) -> None:
    await recorded(complaints, id="young", occurred_at="2017-03-09T10:00:00Z")
    await recorded(complaints, id="old", customer_id=None)
    await recorded(complaints, id="other", store_id="331", customer_id="ben", occurred_at="2017-02-01T10:00:00Z")
    await act(complaints, await recorded(complaints, id="decided"), "decide")
    await recorded(complaints, id="nowhere", store_id=None, occurred_at="2017-03-10T10:00:00Z")
    bound = complaints.issuer.token(stores=["330"])
    for query, bearer, expected in [
        ("?state=recorded", None, ["other", "old", "young", "nowhere"]),
        ("?state=recorded&store_id=330", None, ["old", "young"]),
        ("?customer_id=ben", None, ["other"]),
        ("", bound, ["decided", "old", "young"]),
        ("?store_id=331", bound, []),
    ]:
        listed = (await complaints.get(f"/v1/ideas{query}", bearer=bearer)).json()["items"]
        assert [item["id"] for item in listed] == expected
    for path in ("other", "nowhere", "other/history"):
        assert (await complaints.get(f"/v1/ideas/{path}", bearer=bound)).status_code == 404
    refused = await complaints.post("/v1/ideas/other/decide", BODIES["decide"], match='"1"', bearer=bound)
    assert refused.status_code == 404
    for store in ("331", None):
        answer = await complaints.post("/v1/ideas", IDEA | {"store_id": store}, bearer=bound)
        assert answer.status_code == 403


async def test_K09_who_is_erased_takes_their_ideas_along(complaints: Client) -> None:
    idea = await recorded(complaints, id="i1", words=CANARY)
    idea = (await act(complaints, idea, "decide", reason=CANARY)).json()
    await recorded(complaints, id="i2", customer_id="ben")
    await handled(complaints, WORK, told(CustomerErased(erasure_id="part-1"), "asha", "asha"))
    assert found(await dump(complaints.database_url), CANARY, "asha", "i1") == []
    assert (await act(complaints, idea, "answer")).status_code == 404
    assert (await complaints.post("/v1/ideas", IDEA)).status_code == 410
    assert (await complaints.get("/v1/ideas/i2")).status_code == 200
