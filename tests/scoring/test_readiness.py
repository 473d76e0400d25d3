"""Readiness over REST: what people answer beside what events tell, their totals, and the parts of an offer."""

from typing import Any

import pytest

from services.scoring.readiness.domain import DIMENSIONS, FOUR_AS, FOUR_RS, OFFER, Group, total
from shared.events.customers import ConsentGranted, ExitStated
from shared.events.loyalty import CampaignAnswered, CampaignDelivered
from shared.events.visits import VisitStarted
from tests.scoring.conftest import Scoring
from tests.scoring.test_close import AS_OF, close
from tests.support.told import NOON, told

FOUR = {
    "planning": {"objectives": 3, "segments": 5},
    "people": {"authority": 5},
    "process": {"standards": 1},
    "platform": {"one_view": 2},
}
SIX = [
    "top_management_support",
    "confusion_in_delivery",
    "implementation",
    "building_relationships",
    "dissatisfaction",
    "front_line_staff",
]


async def assess(scoring: Scoring, dimension: str, answers: dict[str, object], **more: Any) -> dict[str, Any]:
    """Somebody answers."""
    answer = await scoring.client.post(f"/v1/readiness/{dimension}", {"answers": answers, "by": "emp-7"} | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def readiness(scoring: Scoring, query: str = "") -> dict[str, Any]:
    """How ready we are, its dimensions by code."""
    answer = await scoring.client.get(f"/v1/readiness{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found | {"dimensions": {each["dimension"]: each for each in found["dimensions"]}}


def test_S11_every_dimension_of_the_mission_is_asked_for() -> None:
    codes = {group: [code for code, each in DIMENSIONS.items() if each.group is group] for group in Group}
    assert codes[Group.FOUR_PS] == ["planning", "people", "process", "platform"]
    assert codes[Group.CONTEXT] == ["marketing_orientation", "value_creation", "innovative_it"]
    assert codes[Group.LIMITATION] == SIX
    delivery = "staff_knowledge staff_skills staff_attitudes service_culture policies product_development communication"
    assert codes[Group.DELIVERY] == delivery.split()
    assert set(OFFER.questions) == {*FOUR_AS, *FOUR_RS}
    assert (FOUR_AS, FOUR_RS) == (
        ("acceptable", "affordable", "available", "aware"),
        ("relevance", "returns", "response", "relationship"),
    )


def test_S11_the_total_weighs_eighty_percent_the_first_three_and_twenty_the_platform() -> None:
    scores: dict[str, float | None] = {"planning": 75, "people": 100, "process": 0, "platform": 25}
    assert total(scores, 0.2)[:2] == (51.6667, 1)  # 0.8 x 175/3 + 0.2 x 25
    lacking = total(scores | {"platform": None}, 0.2)
    assert lacking == (None, 0.8, "Not known of platform.")


async def test_S11_questions_are_told(scoring: Scoring) -> None:
    items = (await scoring.client.get("/v1/readiness/questions")).json()["items"]
    assert [item["dimension"] for item in items] == list(DIMENSIONS)
    assert (items[0]["lowest"], items[0]["highest"], items[0]["group"]) == (1, 5, "four_ps")
    assert items[0]["questions"] == dict(DIMENSIONS["planning"].questions)


async def test_S11_each_dimension_takes_answers_to_its_questions(scoring: Scoring) -> None:
    for code, dimension in DIMENSIONS.items():
        about = {"about": "18"} if dimension is OFFER else {}
        await assess(scoring, code, dict.fromkeys(dimension.questions, 4), **about)
    found = await readiness(scoring)
    assert {each["assessed"]["score"] for each in found["dimensions"].values()} == {75}
    risks = {code: each["risk"] for code, each in found["dimensions"].items()}
    assert risks == {code: 25 if code in SIX else None for code in risks}


async def test_S11_assessed_stands_beside_computed(scoring: Scoring) -> None:
    for code, answers in FOUR.items():
        await assess(scoring, code, dict(answers), occurred_at="2026-03-02T00:00:00Z", note="a walk through the shops")
    await scoring.know(
        told(VisitStarted(channel="store", served_by="emp-7"), "ann", "v1"),
        told(VisitStarted(channel="store"), "ann", "v2"),
    )
    await close(scoring)
    found = await readiness(scoring)
    people = found["dimensions"]["people"]
    assert people["assessed"]["score"] == 100
    answered = people["assessed"]["assessment"]
    assert (answered["by"], answered["occurred_at"]) == ("emp-7", "2026-03-02T00:00:00Z")
    assert people["assessed"]["reason"] == "1 of 3 questions answered by emp-7."
    assert (people["computed"]["score"], people["computed"]["parts"]["staff_named"]["n"]) == (50, 2)
    assert found["total"]["assessed"]["score"] == pytest.approx(0.8 * (75 + 100 + 0) / 3 + 0.2 * 25, abs=1e-4)
    computed = found["total"]["computed"]
    assert (computed["score"], computed["reason"]) == (None, "Not known of planning, process.")
    assert computed["known"] == pytest.approx(0.4667)
    assert found["closed_as_of"] == AS_OF


async def test_S11_what_nobody_answered_is_null_with_the_reason(scoring: Scoring) -> None:
    found = await readiness(scoring)
    planning, context = found["dimensions"]["planning"], found["dimensions"]["value_creation"]
    assert (planning["assessed"]["score"], planning["assessed"]["assessment"]) == (None, None)
    assert planning["assessed"]["reason"] == "Nobody had assessed it by then."
    assert (planning["computed"]["score"], planning["computed"]["reason"]) == (None, "No close has been made by then.")
    assert context["computed"]["reason"] == "No event tells of it."
    assert found["total"]["assessed"]["reason"] == "Not known of planning, people, process, platform."
    assert found["closed_as_of"] is None


async def test_S11_the_latest_answers_by_a_date_count(scoring: Scoring) -> None:
    await assess(scoring, "people", {"authority": 5}, occurred_at="2026-02-01T00:00:00Z")
    await assess(scoring, "people", {"training": 1}, occurred_at="2026-01-01T00:00:00Z")
    assert (await readiness(scoring))["dimensions"]["people"]["assessed"]["score"] == 100
    before = await readiness(scoring, "?as_of=2026-01-15T00:00:00Z")
    assert before["dimensions"]["people"]["assessed"]["score"] == 0
    at_once = await readiness(scoring, "?as_of=2026-01-01T00:00:00Z")
    assert at_once["dimensions"]["people"]["assessed"]["score"] is None


async def test_S11_two_answers_about_now_are_the_same(scoring: Scoring) -> None:
    await assess(scoring, "offer", {"aware": 3}, about="18")
    for path in ("", "/offers/18"):
        first, second = [(await scoring.client.get(f"/v1/readiness{path}")).json() for _ in range(2)]
        assert (first, first["as_of"]) == (second, None)
        asked = (await scoring.client.get("/v1/readiness?as_of=2026-01-15T00:00:00Z")).json()
        assert asked["as_of"] == "2026-01-15T00:00:00Z"


async def test_S11_an_assessment_has_an_address_and_counts_once(scoring: Scoring) -> None:
    body = {"id": "a1", "answers": {"authority": 3}, "by": "emp-7"}
    first = await scoring.client.post("/v1/readiness/people", body)
    assert (first.status_code, first.headers["Location"]) == (201, "/v1/readiness/assessments/a1")
    again = await scoring.client.post("/v1/readiness/people", body)
    assert (again.status_code, again.json()) == (200, first.json())
    assert (await scoring.client.get("/v1/readiness/assessments/a1")).json() == first.json()
    for other in ({"answers": {"authority": 4}}, {"by": "emp-8"}, {"occurred_at": "2026-01-01T00:00:00Z"}):
        assert (await scoring.client.post("/v1/readiness/people", body | other)).status_code == 409
    assert (await scoring.client.get("/v1/readiness/assessments/a2")).status_code == 404


async def test_S11_a_retry_with_its_key_counts_once(scoring: Scoring) -> None:
    body = {"answers": {"authority": 3}, "by": "emp-7"}
    answers = [await scoring.client.post("/v1/readiness/people", body, key="k") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await scoring.fetch("select from assessments")) == 1


@pytest.mark.parametrize(
    ("dimension", "change", "pointer"),
    [
        ("people", {"answers": {"mood": 3}}, "/answers/mood"),
        ("people", {"answers": {"authority": 0}}, "/answers/authority"),
        ("people", {"answers": {"authority": 6}}, "/answers/authority"),
        ("people", {"answers": {"authority": 2.5}}, "/answers/authority"),
        ("people", {"answers": {"authority": "3"}}, "/answers/authority"),
        ("people", {"answers": {}}, "/answers"),
        ("people", {"about": "18"}, "/about"),
        ("offer", {"answers": {"aware": 3}}, "/about"),
        ("people", {"occurred_at": "2099-01-01T00:00:00Z"}, "/occurred_at"),
        ("people", {"occurred_at": "2026-01-01T00:00:00"}, "/occurred_at"),
        ("people", {"by": ""}, "/by"),
        ("people", {"mood": "good"}, "/mood"),
    ],
)
async def test_S11_answers_that_can_not_be_taken(
    scoring: Scoring, dimension: str, change: dict[str, object], pointer: str
) -> None:
    body = {"answers": {"authority": 3}, "by": "emp-7"} | change
    answer = await scoring.client.post(f"/v1/readiness/{dimension}", body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert await scoring.fetch("select from assessments") == []


async def test_S11_a_dimension_that_there_is_not(scoring: Scoring) -> None:
    answer = await scoring.client.post("/v1/readiness/price", {"answers": {"authority": 3}, "by": "emp-7"})
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("no dimension price; those there are: planning, people")


async def test_S11_an_offer_is_assessed_beside_what_events_tell(scoring: Scoring) -> None:
    reach = CampaignDelivered(campaign_id="18", kind="mass", purpose="marketing", channel="mail")
    for customer in ("ann", "bob"):
        await scoring.know(
            told(ConsentGranted(purpose="marketing", channel="mail"), customer, "marketing:mail"),
            told(reach, customer, f"18:{customer}"),
        )
    await scoring.know(
        told(CampaignAnswered(campaign_id="18", kind="declined"), "ann", "18:ann"),
        told(ExitStated(reason="price"), "cid", "exit"),
    )
    await close(scoring)
    await assess(
        scoring, "offer", {"aware": 5, "affordable": 2, "returns": 4}, about="18", occurred_at=NOON.isoformat()
    )
    found = (await scoring.client.get("/v1/readiness/offers/18")).json()
    parts = {part["part"]: part for part in found["parts"]}
    assert list(parts) == [*FOUR_AS, *FOUR_RS]
    assert (parts["aware"]["assessed"], parts["aware"]["computed"]["value"]) == (100, 0.6667)
    assert (parts["response"]["computed"]["value"], parts["acceptable"]["computed"]["value"]) == (0.5, 0)
    nothing = parts["affordable"]["computed"]
    assert (parts["affordable"]["assessed"], nothing["value"]) == (25, None)
    assert nothing["meaning"] == "No event tells what these customers can pay."
    assert (found["four_as"], found["four_rs"], found["closed_as_of"]) == (62.5, 75, AS_OF)


async def test_S11_an_offer_of_a_product_is_assessed_alone(scoring: Scoring) -> None:
    await assess(scoring, "offer", {"aware": 3}, about="1095275")
    found = (await scoring.client.get("/v1/readiness/offers/1095275")).json()
    assert (found["assessed"]["score"], found["four_rs"], found["closed_as_of"]) == (50, None, None)
    assert {part["computed"]["value"] for part in found["parts"]} == {None}


async def test_S11_an_offer_that_nobody_knows(scoring: Scoring) -> None:
    await scoring.know(told(ExitStated(reason="price"), "cid", "exit"))
    await close(scoring)
    assert (await scoring.client.get("/v1/readiness/offers/99")).status_code == 404


async def test_W06_readiness_is_the_whole_chains(scoring: Scoring) -> None:
    bound = scoring.client.issuer.token(stores=["1"])
    for path in ("", "/offers/18", "/assessments/a1"):
        assert (await scoring.client.get(f"/v1/readiness{path}", bearer=bound)).status_code == 403
    body = {"answers": {"authority": 3}, "by": "emp-7"}
    assert (await scoring.client.post("/v1/readiness/people", body, bearer=bound)).status_code == 403
    assert await scoring.fetch("select from assessments") == []
