"""Scorecards over REST: now, as of any date, streamed; timelines."""

import json
from datetime import timedelta

import pytest

from services.scoring.metrics.scorecard import evaluate
from services.scoring.scorecards.api import PARTS
from services.scoring.scorecards.models import Card
from shared.events.visits import VisitStarted
from tests.scoring.conftest import Scoring
from tests.support.told import NOON, purchase, told

CS = {
    "customer", "categories", "capabilities", "cost_profitability_value", "control_contact_to_cash",
    "collaboration_integration", "customization", "communications_interaction_positioning",
    "customer_measurements", "customer_care", "chain_of_relationships",
}  # fmt: skip


async def test_S01_a_card_has_every_key_of_the_contract(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    card = await scoring.card("ann")
    assert set(card["cs"]) == CS
    assert {"score", "value", "unit", "inputs", "n", "confidence", "evidence", "reason", "percentile"} <= set(
        card["cs"]["categories"]
    )
    assert set(card["bonds"]) == {"financial", "social", "customization", "structural"}
    assert {card["value"][name] for name in ("p_alive", "expected_purchases", "clv", "decile")} == {None}
    assert [each["action"] for each in card["next_actions"]] == ["reward", "second_purchase", "survey"]
    unknown = card["cs"]["customer_care"]
    assert unknown["score"] is None
    assert unknown["reason"]
    Card.model_validate(card)  # the document's model allows no other member


async def test_S01_a_stored_card_is_served_until_a_fact_marks_it(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scoring.know(purchase("ann", "p1"))
    await scoring.evaluator.evaluate_some()
    stored = await scoring.card("ann")
    assert await scoring.card("ann") == stored
    await scoring.know(purchase("ann", "p2", NOON + timedelta(days=1)))
    assert (stored["phase"], (await scoring.card("ann"))["phase"]) == ("acquisition", "retention")


async def test_S12_as_of_a_past_moment_later_facts_do_not_exist(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), purchase("ann", "p2", NOON + timedelta(days=1)))
    before = await scoring.card("ann", "2026-03-02T00:00:00Z")
    assert before["phase"] == "acquisition"
    await scoring.know(purchase("ann", "p3", NOON + timedelta(days=5)))
    assert await scoring.card("ann", "2026-03-02T00:00:00Z") == before
    assert (await scoring.card("ann"))["phase"] == "retention"


async def test_S12_a_late_fact_changes_the_past_and_is_told(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    await scoring.know(purchase("ann", "p0", NOON - timedelta(days=30), recorded=NOON + timedelta(days=9)))
    card = await scoring.card("ann", "2026-03-02T00:00:00Z")
    assert (card["phase"], card["facts_recorded_after"]) == ("retention", 1)


async def test_S12_the_moment_itself_is_not_in(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    at = NOON.isoformat().replace("+00:00", "Z")
    assert (await scoring.client.get(f"/v1/customers/ann/scorecard?as_of={at}")).status_code == 404
    assert (await scoring.client.get("/v1/customers/ann/scorecard?as_of=2026-03-01T12:00:01Z")).status_code == 200


@pytest.mark.parametrize(
    "as_of", ["2099-01-01T00:00:00Z", "2017-01-01T00:00:00", "yesterday", "0001-01-01T00:00:00Z", "1514764800"]
)
async def test_S12_a_moment_that_can_not_be_asked_for(scoring: Scoring, as_of: str) -> None:
    await scoring.know(purchase("ann", "p1"))
    answer = await scoring.client.get(f"/v1/customers/ann/scorecard?as_of={as_of}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/as_of"


async def test_S12_every_card_streamed_is_the_card_asked_for_alone(scoring: Scoring) -> None:
    await scoring.know(*(purchase(f"c{number:02}", f"p{number}") for number in range(45)))
    answer = await scoring.client.get("/v1/scorecards?as_of=2026-03-02T00:00:00Z")
    cards = [json.loads(line) for line in answer.text.splitlines()]
    assert [card["customer_id"] for card in cards] == [f"c{number:02}" for number in range(45)]
    assert cards[7] == await scoring.card("c07", "2026-03-02T00:00:00Z")


async def test_S01_an_unknown_customer_is_a_problem(scoring: Scoring) -> None:
    for path in ("scorecard", "timeline", *PARTS):
        answer = await scoring.client.get(f"/v1/customers/nobody/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_S01_each_part_says_what_the_card_says(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), purchase("ann", "p2", NOON + timedelta(days=1)))
    await scoring.evaluator.evaluate_some()
    for as_of in (None, "2026-03-02T00:00:00Z"):
        card = await scoring.card("ann", as_of)
        for path, model in PARTS.items():
            part = await scoring.client.get(f"/v1/customers/ann/{path}" + (f"?as_of={as_of}" if as_of else ""))
            assert part.json() == {name: card[name] for name in model.model_fields}
    assert (await scoring.client.get("/v1/customers/ann/bonds?as_of=2099-01-01T00:00:00Z")).status_code == 422


@pytest.mark.parametrize("path", ["scorecard", *PARTS])
async def test_W03_a_card_has_one_tag_while_it_is_stored(scoring: Scoring, path: str) -> None:
    await scoring.know(purchase("ann", "p1"))
    await scoring.evaluator.evaluate_some()
    read = await scoring.client.get(f"/v1/customers/ann/{path}")
    tag = read.headers["ETag"]
    again = await scoring.client.get(f"/v1/customers/ann/{path}", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    await scoring.know(purchase("ann", "p2", NOON + timedelta(days=1)))
    changed = await scoring.client.get(f"/v1/customers/ann/{path}", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.headers["ETag"] == tag) == (200, False)
    assert changed.json()["as_of"] > read.json()["as_of"]


async def test_W03_a_past_card_keeps_its_tag(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    path = "/v1/customers/ann/scorecard?as_of=2026-03-02T00:00:00Z"
    tag = (await scoring.client.get(path)).headers["ETag"]
    assert (await scoring.client.get(path, headers={"If-None-Match": tag})).status_code == 304
    await scoring.know(purchase("ann", "p0", NOON - timedelta(days=1)))
    assert (await scoring.client.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_W06_a_token_bound_to_stores_reads_any_customer_by_id(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    bound = scoring.client.issuer.token(stores=["330"])
    for path in ("scorecard", *PARTS):
        assert (await scoring.client.get(f"/v1/customers/ann/{path}", bearer=bound)).status_code == 200


async def test_S01_a_timeline_shows_each_fact_once_page_by_page(scoring: Scoring) -> None:
    visit = VisitStarted(channel="store")
    await scoring.know(*(purchase("ann", f"p{number}") for number in range(5)), told(visit, "ann", "v1"))
    seen, cursor = [], ""
    while True:
        page = (await scoring.client.get(f"/v1/customers/ann/timeline?limit=2{cursor}")).json()
        seen += [item["subject"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
        await scoring.know(purchase("ann", f"new-{len(seen)}", NOON + timedelta(days=1)))
    assert sorted(seen) == ["p0", "p1", "p2", "p3", "p4", "v1"]


def test_S01_evaluating_reads_no_clock_and_no_database() -> None:
    assert evaluate([], NOON).phase is None
