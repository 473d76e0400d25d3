"""C08 from REST to the score: a bag looked after is evidence of the social bond, whatever becomes of it."""

from math import exp
from typing import Any

import pytest

from tests.e2e.test_rows import ago, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


async def left(crm: Pipeline, who: str, **changes: Any) -> dict[str, Any]:
    """A bag that was offered room at the counter."""
    bag = {"customer_id": who, "store_id": "330", "accepted": True, "description": "a red bag"}
    return await done(crm.customers, "POST", "/v1/baggage", bag | changes)


async def told(crm: Pipeline, who: str) -> list[str]:
    """The types of what scoring was told of a customer, the earliest first."""
    items = (await crm.scoring.get(f"/v1/customers/{who}/timeline")).json()["items"]
    return [item["type"] for item in reversed(items)]


async def test_C08_a_bag_lost_and_found_counts_for_the_social_bond(crm: Pipeline, who: str) -> None:
    declined = await left(crm, who, accepted=False, occurred_at=ago(minutes=50))
    assert declined["token"] is None
    bag = await left(crm, who, occurred_at=ago(minutes=40))
    card = await crm.card_when(who, lambda card: card["bonds"]["social"]["evidence"])
    social = card["bonds"]["social"]
    assert [piece["subject"] for piece in social["evidence"]] == [bag["id"]], "a declined offer is none"
    assert "baggage looked after" in str(social["evidence"][0])
    assert social["strength"] == pytest.approx(100 * (1 - exp(-0.1)), abs=0.1)
    await done(crm.customers, "POST", "/v1/partners", {"id": f"{who}-e7", "kind": "employee"})
    claim = {"name": "Asha Rao", "address": "12 Mint Street", "description": "a red bag with a broken zip"}
    for verb, body in (
        ("report-lost", claim),
        ("authenticate", {"authenticated_by": f"{who}-e7", "verdict": True}),
        ("return", {}),
    ):
        bag = await done(crm.customers, "POST", f"/v1/baggage/{bag['id']}/{verb}", body, match="*")
    assert bag["state"] == "returned"

    async def arrived() -> bool:
        return await told(crm, who) == ["crm.baggage.deposited.v1", "crm.baggage.returned.v1"]

    await eventually(arrived)
    assert (await crm.card(who))["bonds"]["social"]["strength"] == social["strength"]


async def test_C08_a_forgotten_bag_is_unclaimed_by_the_clock_and_disposed_of_in_the_end(
    crm: Pipeline, who: str
) -> None:
    path = f"/v1/baggage/{(await left(crm, who, occurred_at=ago(days=50)))['token']}"

    async def unclaimed() -> bool:
        bag: dict[str, Any] = (await crm.customers.get(path)).json()
        return bool(bag["state"] == "unclaimed")

    await eventually(unclaimed)
    for verb, body, days in (
        ("inspect", {"address_found": False}, 45),
        ("tag", {"tag": "T-1"}, 45),
        ("retain", {}, 45),
        ("dispose", {"by": "emp-9", "how": "given to charity"}, 10),
    ):
        await done(crm.customers, "POST", f"{path}/{verb}", body | {"occurred_at": ago(days=days)}, match="*")
    kinds = [f"crm.baggage.{kind}.v1" for kind in ("deposited", "retained", "disposed")]

    async def arrived() -> bool:
        return await told(crm, who) == kinds

    await eventually(arrived)
    assert len((await crm.card(who))["bonds"]["social"]["evidence"]) == 1
