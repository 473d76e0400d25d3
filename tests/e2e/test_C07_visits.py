"""C07: visits, touchpoints and what is said there, from REST over PostgreSQL and Kafka to their effect on the score."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared import clock
from tests.customers.visits import at_noon
from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

TALKS = "communications_interaction_positioning"


@pytest.fixture
async def store(crm: Pipeline, who: str) -> str:
    """A store where it is noon, known to the customers service."""
    place = {"name": "Main Street", "time_zone": at_noon(clock.now())}
    name = who.replace("e2e", "store")
    await done(crm.loyalty, "PUT", f"/v1/stores/{name}", place)

    async def known() -> bool:
        visit = {"customer_id": f"probe-{who}", "store_id": name, "channel": "store", "started_at": ago(hours=1)}
        closes = (await done(crm.customers, "POST", "/v1/visits", visit))["closes_at"]
        return bool(datetime.fromisoformat(closes) - clock.now() > timedelta(hours=6))

    await eventually(known)
    return name


def talks(begun: int, concluded: int) -> Any:
    """Whether a card tells of so many conversations."""

    def holds(card: dict[str, Any]) -> bool:
        inputs = card["cs"][TALKS]["inputs"]
        return (inputs["conversations_begun"], inputs["conversations_concluded"]) == (begun, concluded)

    return holds


def social(card: dict[str, Any]) -> list[str]:
    """The kinds of evidence of the social bond, the newest first."""
    return [piece["kind"] for piece in card["bonds"]["social"]["evidence"]]


async def happened(crm: Pipeline, who: str, count: int) -> list[dict[str, Any]]:
    """What the timeline tells, once it is so much, the newest first."""

    async def look() -> list[dict[str, Any]] | None:
        answer = await crm.scoring.get(f"/v1/customers/{who}/timeline")
        items: list[dict[str, Any]] = answer.json().get("items", [])
        return items if len(items) == count else None

    found: list[dict[str, Any]] = await eventually(look)
    return found


async def test_C07_a_conversation_in_a_visit_counts_with_its_outcome(crm: Pipeline, who: str, store: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    visit = {"customer_id": who, "store_id": store, "channel": "store", "started_at": ago(hours=1)}
    welcome = {"welcomed_by": "emp-1", "seconds_to_welcome": 20, "purpose": "browse"}
    begun = await done(crm.customers, "POST", "/v1/visits", visit | welcome)
    path = f"/v1/visits/{begun['id']}"
    said = {"named": "need", "topic": "boots", "words": "Wide ones", "response": "promised", "by": "emp-1"}
    due = (clock.now() + timedelta(days=7)).isoformat()
    talked = await done(crm.customers, "POST", f"{path}/conversations", said | {"due_at": due})
    await done(crm.customers, "POST", f"{path}/end", {"outcome": "promised", "served_by": "emp-1"}, match='"2"')
    card = await crm.card_when(who, talks(1, 1))
    assert (card["cs"][TALKS]["score"], social(card)) == (100, ["two-way conversation"])
    subjects = {item["type"]: item["subject"] for item in await happened(crm, who, 4)}
    assert subjects == {
        "crm.customer.registered.v1": who,
        "crm.visit.started.v1": begun["id"],
        "crm.commitment.made.v1": talked["commitment_id"],
        "crm.visit.ended.v1": begun["id"],
    }


async def test_C07_what_is_written_down_after_the_visit_counts(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    visit = {"customer_id": who, "channel": "store", "started_at": ago(days=3), "ended_at": ago(days=3)}
    begun = await done(crm.customers, "POST", "/v1/visits", visit | {"outcome": "helped", "two_way": False})
    await happened(crm, who, 3)
    assert (await crm.card(who))["cs"][TALKS]["score"] is None
    said = {"named": "doubt", "topic": "warranty", "response": "answered", "occurred_at": ago(days=3)}
    await done(crm.customers, "POST", f"/v1/visits/{begun['id']}/conversations", said)
    card = await crm.card_when(who, talks(2, 1))  # the conversation, and the doubt that nobody has resolved yet
    assert (card["cs"][TALKS]["score"], social(card)) == (50, ["two-way conversation"])


async def test_C07_the_same_named_employee_again_binds(crm: Pipeline, who: str) -> None:
    visit = {"customer_id": who, "channel": "store", "served_by": "emp-9"}
    for days in (50, 20):
        told = visit | {"started_at": ago(days=days), "ended_at": ago(days=days), "outcome": "bought"}
        await done(crm.customers, "POST", "/v1/visits", told)
    await crm.card_when(who, lambda card: social(card) == ["served by the same employee again"])


async def test_C07_a_touchpoint_is_concluded_when_something_came_of_it(crm: Pipeline, who: str) -> None:
    met = {"customer_id": who, "channel": "phone", "occurred_at": ago(days=50), "begun": True, "two_way": True}
    begun = await done(crm.customers, "POST", "/v1/touchpoints", met)
    card = await crm.card_when(who, talks(1, 0))
    assert card["cs"][TALKS]["score"] == 0
    told = {"outcome": "sold", "occurred_at": ago(days=2)}
    await done(crm.customers, "POST", f"/v1/touchpoints/{begun['id']}/conclude", told, match='"1"')
    card = await crm.card_when(who, talks(1, 1))
    assert (card["cs"][TALKS]["score"], social(card)) == (100, ["two-way conversation"])


async def test_C07_a_conversation_makes_a_touchpoint_two_way(crm: Pipeline, who: str) -> None:
    met = {"customer_id": who, "channel": "home", "kind": "event", "occurred_at": ago(days=50), "outcome": "attended"}
    begun = await done(crm.customers, "POST", "/v1/touchpoints", met)
    card = await crm.card_when(who, lambda card: social(card) == ["event or community attended"])
    assert card["cs"][TALKS]["score"] is None
    said = {"named": "idea", "topic": "layout", "response": "open", "occurred_at": ago(days=10)}
    await done(crm.customers, "POST", f"/v1/touchpoints/{begun['id']}/conversations", said)
    card = await crm.card_when(who, talks(1, 1))
    assert social(card) == ["two-way conversation", "event or community attended"]


async def test_C07_a_visit_left_open_is_ended_by_the_clock(crm: Pipeline, who: str) -> None:
    began_at = ago(days=2)
    visit = {"id": f"{who}-v", "customer_id": who, "channel": "store", "started_at": began_at, "two_way": True}
    told = await crm.customers.stream("/v1/imports/visits", [visit])
    assert told[-1]["accepted"] == 1
    ended, began = await happened(crm, who, 2)
    assert (ended["type"], began["type"]) == ("crm.visit.ended.v1", "crm.visit.started.v1")
    shown = (await crm.customers.get(f"/v1/visits/{who}-v")).json()
    assert datetime.fromisoformat(ended["time"]) == datetime.fromisoformat(shown["ended_at"])
    assert datetime.fromisoformat(shown["ended_at"]) == datetime.fromisoformat(began_at) + timedelta(hours=24)
    assert (shown["outcome"], ended["data"].get("outcome")) == (None, None)
    card = await crm.card_when(who, talks(1, 0))
    assert card["cs"][TALKS]["score"] == 0, "nobody told what came of it"
    await done(crm.customers, "POST", f"/v1/visits/{who}-v/end", {"outcome": "bought"}, match='"2"')
    await crm.card_when(who, talks(1, 1))


async def test_C07_a_visit_costs_a_minute_of_staff(crm: Pipeline, who: str) -> None:
    offered = {"name": "Grocery", "offered_from": "2016-01-01", "assumed_margin": "0.25"}
    await crm.loyalty.put("/v1/categories/GROCERY", offered)
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 5))
    visit = {"customer_id": who, "channel": "store", "started_at": ago(days=5), "ended_at": ago(days=5)}
    for _ in range(2):
        await done(crm.customers, "POST", "/v1/visits", visit)
    cost = "cost_profitability_value"
    await crm.card_when(who, lambda card: float(card["cs"][cost]["inputs"].get("visits", 0)) == 0.5)


async def test_C05_the_first_use_is_told(crm: Pipeline, who: str) -> None:
    met = {"customer_id": who, "channel": "app", "kind": "first_use", "occurred_at": ago(days=1)}
    await done(crm.customers, "POST", "/v1/touchpoints", met)
    [used] = await happened(crm, who, 1)
    assert (used["type"], used["data"]["kind"]) == ("crm.touchpoint.recorded.v1", "first_use")
