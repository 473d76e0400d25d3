"""K04, K05: what a token that is bound to stores may say and read of surveys and follow-ups."""

from typing import Any

from tests.complaints.cases import opened
from tests.complaints.test_surveys import INVITED, SURVEY, WHO, done, refusal
from tests.complaints.test_tasks import BETWEEN, DUE, SECRET, TASK, WHOLE, act
from tests.support.client import Client


async def test_K04_a_bound_token_learns_nothing_of_another_store(complaints: Client) -> None:
    bound = complaints.issuer.token(stores=["330"])
    await opened(complaints, id="k1", store_id="331")
    await opened(complaints, id="k2", store_id="330")
    await done(complaints, "/v1/survey-invitations", INVITED | {"store_id": "331"})
    answers = []
    for customer, store in ((WHO, {"store_id": "330"}), (WHO, {}), ("ben", {"store_id": "330"})):
        body = SURVEY | {"customer_id": customer} | store
        answers.append(await refusal(complaints, body | {"invitation_id": "i1"}, bearer=bound))
        about = {"about": {"kind": "complaint", "id": "k1"}}
        for path, more in (("/v1/surveys", body), ("/v1/survey-invitations", INVITED | {"id": "i2"} | store)):
            answers.append(await refusal(complaints, more | about, path, bearer=bound))
    assert {answer[:2] for answer in answers} == {(422, "invalid-request")}
    assert {answer[2] for answer in answers} == {"/invitation_id", "/about/id"}
    assert (await complaints.get("/v1/survey-invitations/i1")).json()["survey_id"] is None
    elsewhere = SURVEY | {"store_id": "330", "invitation_id": "i1"}
    assert await refusal(complaints, elsewhere) == (422, "invalid-request", "/store_id")


async def test_K04_a_bound_token_names_a_store_of_its_own(complaints: Client) -> None:
    bound = complaints.issuer.token(stores=["330"])
    await opened(complaints, id="k2", store_id="330")
    about = {"about": {"kind": "complaint", "id": "k2"}}
    for path, body in (("/v1/surveys", SURVEY), ("/v1/survey-invitations", INVITED | {"id": "i2"})):
        assert (await refusal(complaints, body, path, bearer=bound))[:2] == (403, "forbidden")
        made = await complaints.post(path, body | about, bearer=bound)
        assert (made.status_code, made.json()["store_id"]) == (201, "330"), "it is where the complaint is"
    await done(complaints, "/v1/survey-invitations", INVITED | {"store_id": "330"})
    made = await complaints.post("/v1/surveys", SURVEY | {"invitation_id": "i1"}, bearer=bound)
    assert (made.status_code, made.json()["store_id"]) == (201, "330"), "it is where they were invited"


async def test_K05_a_bound_token_opens_none_of_no_store_and_none_of_another(complaints: Client) -> None:
    bound = complaints.issuer.token(stores=["330"])
    await opened(complaints, id="k1", store_id="331")
    about: dict[str, Any] = {"about": {"kind": "complaint", "id": "k1"}}
    assert (await refusal(complaints, TASK, "/v1/tasks", bearer=bound))[:2] == (403, "forbidden")
    for more in ({}, {"store_id": "330"}, {"store_id": "330", "customer_id": "ben"}):
        refused = await refusal(complaints, TASK | about | more, "/v1/tasks", bearer=bound)
        assert refused == (422, "invalid-request", "/about/id")
    refused = await refusal(complaints, TASK | about | {"store_id": "330"}, "/v1/tasks")
    assert refused == (422, "invalid-request", "/store_id")


async def test_K05_words_of_no_store_are_hidden_from_bound_tokens(complaints: Client) -> None:
    bound = complaints.issuer.token(stores=["330"])
    await done(complaints, "/v1/tasks", WHOLE | {"store_id": None})
    answers = [await act(complaints, "reassign", {"owner": "emp-9", "occurred_at": BETWEEN}, bearer=bound)]
    await act(complaints, "complete", {"outcome": "settled", "how": SECRET, "occurred_at": DUE}, 2)
    for path in ("/v1/tasks", "/v1/tasks/t1", "/v1/tasks/t1/history"):
        answers.append(await complaints.get(path, bearer=bound))
        assert SECRET in (await complaints.get(path)).text
    assert [answer.status_code for answer in answers] == [200] * 4
    assert not any(SECRET in answer.text for answer in answers)
    read = answers[2].json()
    assert (read["what"], read["how"], read["outcome"]) == (None, None, "settled")
