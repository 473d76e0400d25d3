"""K04: satisfaction told over REST: surveys, and the invitations to them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.events.complaints import About, FactorAnswer, SurveyAnswered
from tests.complaints.cases import opened
from tests.complaints.serving import heard, sale, visit
from tests.complaints.test_erasures import erasure
from tests.support.canaries import dump, found
from tests.support.client import Client

WHO, AT, SECRET = "household-208", "2026-03-02T10:00:00Z", "the-till-was-slow"
FACTOR = {"factor": "product", "expectation": 6, "delivery": 5}
SURVEY = {"customer_id": WHO, "occurred_at": AT, "csat": 4}
WHOLE: dict[str, Any] = SURVEY | {
    "id": "s1",
    "store_id": "330",
    "invitation_id": None,
    "about": {"kind": "purchase", "id": "b-1"},
    "factors": [FACTOR, {"factor": "culture", "expectation": 2, "delivery": 7}],
    "nps": 9,
    "effort": 2,
    "prefers_us": True,
    "competitor_id": "acme",
    "reason_for_leaving": None,
    "comment": SECRET,
    "simulated": False,
}
INVITED = {"id": "i1", "customer_id": WHO, "occurred_at": "2026-03-01T10:00:00Z"}


async def done(client: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What was made; it must be new."""
    answer = await client.post(path, body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def refusal(client: Client, body: dict[str, Any], path: str = "/v1/surveys", **more: Any) -> tuple[int, str, str]:
    """How a body is refused: status, type and pointer or words. Nothing may have changed by it."""
    before = await dump(client.database_url)
    answer = await client.post(path, body, **more)
    assert await dump(client.database_url) == before
    problem = answer.json()
    told = problem["errors"][0]["pointer"] if problem.get("errors") else problem["detail"]
    return answer.status_code, problem["type"].rpartition(":")[2], told


async def test_K04_every_answer_comes_back_and_the_event_has_no_words(complaints: Client) -> None:
    made = await done(complaints, "/v1/surveys", WHOLE)
    read = await complaints.get("/v1/surveys/s1")
    assert (read.headers["ETag"], read.json()) == ('"1"', made)
    gaps = [-1, 5]
    factors = [each | {"gap": gap} for each, gap in zip(WHOLE["factors"], gaps, strict=True)]
    assert {name: made[name] for name in WHOLE} == WHOLE | {"factors": factors}
    [event] = await complaints.outbox()
    assert event.data == SurveyAnswered(
        about=About(kind="purchase", id="b-1"),
        factors=tuple(FactorAnswer.model_validate(each) for each in WHOLE["factors"]),
        nps=9,
        csat=4,
        effort=2,
        prefers_us=True,
        competitor_id="acme",
    )
    assert (event.subject, event.partitionkey, event.storeid) == ("s1", WHO, "330")
    assert event.time.isoformat() == "2026-03-02T10:00:00+00:00"
    assert SECRET.encode() not in event.to_json()


async def test_K04_the_same_survey_again_counts_once(complaints: Client) -> None:
    answers = await asyncio.gather(*(complaints.post("/v1/surveys", WHOLE) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert (await refusal(complaints, WHOLE | {"csat": 3}))[:2] == (409, "conflict")
    assert len(await complaints.outbox()) == 1


@pytest.mark.parametrize(("wrong", "pointer"), [
    ({"csat": None}, "look at /"),
    ({"csat": None, "competitor_id": "acme", "comment": "words alone"}, "look at /"),
    ({"factors": [FACTOR, FACTOR]}, "/factors"),
    ({"factors": [{"factor": "product", "expectation": 6}]}, "/factors/0/delivery"),
    ({"factors": [FACTOR | {"delivery": 8}]}, "/factors/0/delivery"),
    ({"factors": [FACTOR | {"delivery": True}]}, "/factors/0/delivery"),
    ({"factors": [FACTOR | {"delivery": "5"}]}, "/factors/0/delivery"),
    ({"factors": [FACTOR | {"factor": "price"}]}, "/factors/0/factor"),
    ({"nps": 11}, "/nps"),
    ({"csat": 0}, "/csat"),
    ({"effort": 4.5}, "/effort"),
    ({"prefers_us": 1}, "/prefers_us"),
    ({"reason_for_leaving": "weather"}, "/reason_for_leaving"),
    ({"about": {"kind": "incident", "id": "x"}}, "/about/kind"),
    ({"occurred_at": "2126-03-02T10:00:00Z"}, "/occurred_at"),
])  # fmt: skip
async def test_K04_bad_input_is_refused(complaints: Client, wrong: dict[str, Any], pointer: str) -> None:
    status, kind, told = await refusal(complaints, SURVEY | wrong)
    assert (status, kind, told or "look at /") == (422, "invalid-request", pointer)


async def test_K04_what_a_survey_is_about_is_the_same_customers(complaints: Client) -> None:
    await opened(complaints, id="k1", store_id="7")
    await opened(complaints, id="k2", customer_id="ben")
    await heard(complaints, sale("b1", customer=WHO, store="8"), sale("b2", customer="ben"), sale("b3", store="9"))
    await heard(complaints, visit("v1", customer=WHO, store="8"), visit("v2", customer="ben"))
    stores = {}
    for kind, key in (("complaint", "k1"), ("purchase", "b1"), ("purchase", "b3"), ("visit", "v1"), ("visit", "v9")):
        made = await done(complaints, "/v1/surveys", SURVEY | {"about": {"kind": kind, "id": key}})
        stores[key] = made["store_id"]
    assert stores == {"k1": "7", "b1": "8", "b3": "9", "v1": "8", "v9": None}
    for path, body in (("/v1/surveys", SURVEY), ("/v1/survey-invitations", INVITED)):
        elsewhere = body | {"store_id": "1", "about": {"kind": "visit", "id": "v1"}}
        assert await refusal(complaints, elsewhere, path) == (422, "invalid-request", "/store_id")
        await done(complaints, path, elsewhere | {"store_id": "8"})
    for kind, key in (("complaint", "k2"), ("purchase", "b2"), ("visit", "v2")):
        refused = await refusal(complaints, SURVEY | {"about": {"kind": kind, "id": key}})
        assert refused == (422, "invalid-request", "/about/id")


async def test_K04_an_invitation_is_answered_once_and_tells_what_it_is_about(complaints: Client) -> None:
    about = {"kind": "visit", "id": "v9"}
    invited = await done(complaints, "/v1/survey-invitations", INVITED | {"store_id": "330", "about": about})
    assert (invited["expires_at"], invited["survey_id"]) == ("2026-03-31T10:00:00Z", None)
    bodies = [SURVEY | {"id": f"s{number}", "invitation_id": "i1"} for number in range(2)]
    answers = await asyncio.gather(*(complaints.post("/v1/surveys", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    [won] = [answer.json() for answer in answers if answer.status_code == 201]
    assert (won["about"], won["store_id"], won["invitation_id"]) == (about, "330", "i1")
    read = (await complaints.get("/v1/survey-invitations/i1")).json()
    assert (read["survey_id"], read["version"]) == (won["id"], 2)
    changes = (await complaints.get("/v1/survey-invitations/i1/history")).json()["items"]
    assert [change["what"] for change in changes] == ["answer", "invite"]
    again = await complaints.post("/v1/surveys", next(body for body in bodies if body["id"] == won["id"]))
    assert again.status_code == 200
    late = await refusal(complaints, SURVEY | {"id": "s9", "invitation_id": "i1"})
    assert late == (409, "wrong-state", "the invitation was answered already: it is answered once")


@pytest.mark.parametrize(("more", "expected"), [
    ({"occurred_at": "2026-03-03T10:00:00Z"}, (409, "wrong-state", "expired")),
    ({"occurred_at": "2026-03-01T09:59:59Z"}, (409, "wrong-state", "before that")),
    ({"customer_id": "ben"}, (422, "invalid-request", "/invitation_id")),
    ({"invitation_id": "i2"}, (422, "invalid-request", "/invitation_id")),
    ({"about": {"kind": "visit", "id": "v8"}}, (422, "invalid-request", "/about")),
])  # fmt: skip
async def test_K04_an_answer_its_invitation_does_not_ask_for_is_refused(
    complaints: Client, more: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    until = {"expires_at": "2026-03-03T10:00:00Z", "about": {"kind": "visit", "id": "v9"}}
    await done(complaints, "/v1/survey-invitations", INVITED | until)
    refused = await refusal(complaints, SURVEY | {"invitation_id": "i1"} | more)
    assert refused[:2] == expected[:2]
    assert expected[2] in refused[2]
    in_time = SURVEY | {"invitation_id": "i1", "occurred_at": "2026-03-03T09:59:59Z"}
    await done(complaints, "/v1/surveys", in_time)


async def test_K04_an_invitation_that_ends_before_it_begins_is_refused(complaints: Client) -> None:
    wrong = INVITED | {"expires_at": INVITED["occurred_at"]}
    refused = await refusal(complaints, wrong, "/v1/survey-invitations")
    assert refused == (422, "invalid-request", "/expires_at")


async def test_K04_bound_tokens_and_lists(complaints: Client) -> None:
    bound = complaints.issuer.token(stores=["330"])
    for key, store in (("s1", "330"), ("s2", "331"), ("s3", None)):
        await done(complaints, "/v1/surveys", WHOLE | {"id": key, "store_id": store, "csat": 2 if store else 4})
    listed = (await complaints.get("/v1/surveys", bearer=bound)).json()["items"]
    assert [(row["id"], row["comment"]) for row in listed] == [("s1", SECRET), ("s3", None)]
    assert (await complaints.get("/v1/surveys/s2", bearer=bound)).status_code == 404
    refused = await complaints.post("/v1/surveys", SURVEY | {"store_id": "331"}, bearer=bound)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:elevenfold:problem:forbidden")
    narrowed = {
        "low=true": ["s1", "s2"],
        "low=false": ["s3"],
        "store_id=331": ["s2"],
        "customer_id=ben": [],
        "about_kind=purchase&about_id=b-1": ["s1", "s2", "s3"],
        "about_kind=visit": [],
    }
    for query, expected in narrowed.items():
        items = (await complaints.get(f"/v1/surveys?{query}")).json()["items"]
        assert [item["id"] for item in items] == expected, query


async def test_K04_who_was_let_down_is_called_back_once(complaints: Client) -> None:
    now = clock.now()
    recent, old = now - timedelta(hours=1), now - timedelta(days=3)
    told: dict[str, dict[str, Any]] = {
        "csat": {"csat": 2, "store_id": "330"},
        "nps": {"csat": None, "nps": 6},
        "reason": {"reason_for_leaving": "price"},
        "content": {"csat": 3, "nps": 7},
        "simulated": {"csat": 1, "simulated": True},
        "old": {"csat": 1, "occurred_at": old.isoformat()},
    }
    for key, more in told.items():
        body = SURVEY | {"id": key, "occurred_at": recent.isoformat()} | more
        for status in (201, 200):
            assert (await complaints.post("/v1/surveys", body)).status_code == status
    tasks = (await complaints.get("/v1/tasks")).json()["items"]
    assert {task["about"]["id"] for task in tasks} == {"csat", "nps", "reason"}
    assert {(task["kind"], task["due_at"]) for task in tasks} == {
        ("call_back", (recent + timedelta(days=2)).isoformat().replace("+00:00", "Z"))
    }
    causes = {task["about"]["id"]: (task["cause"], task["store_id"]) for task in tasks}
    assert causes == {"csat": (None, "330"), "nps": (None, None), "reason": ("price", None)}
    assert [event.type for event in await complaints.outbox()].count("crm.task.opened.v1") == 3


async def test_K04_an_erasure_leaves_nothing_of_surveys_and_invitations(complaints: Client) -> None:
    await done(complaints, "/v1/survey-invitations", INVITED | {"store_id": "330"})
    await done(complaints, "/v1/surveys", WHOLE | {"invitation_id": "i1"})
    other = await done(complaints, "/v1/surveys", WHOLE | {"id": "s2", "customer_id": "ben"})
    await heard(complaints, erasure())
    left = await dump(complaints.database_url)
    assert found(left, WHO, "i1", "s1") == []
    assert (await complaints.get("/v1/surveys/s2")).json() == other
    for path, body in (("/v1/surveys", WHOLE), ("/v1/survey-invitations", INVITED)):
        assert (await refusal(complaints, body, path))[:2] == (410, "gone")
