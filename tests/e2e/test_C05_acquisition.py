"""C05 from REST over the events to the score: the phase, the contribution, and the purchase that moves a prospect."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

COST = "cost_profitability_value"
STEPS = "crm.acquisition.stage_changed.v1"


def paid(amount: str, currency: str = "USD") -> dict[str, str]:
    """A step's cost."""
    return {"amount": amount, "currency": currency}


async def enquired(crm: Pipeline, who: str, **told: Any) -> dict[str, Any]:
    """A rational customer who asked for something twenty days ago."""
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual", "buying_type": "rational"})
    enquiry = {"customer_id": who, "product_id": "p-7", "source": "fair", "occurred_at": ago(days=20)}
    return await done(crm.customers, "POST", "/v1/prospects", enquiry | told)


async def prospect_when(crm: Pipeline, who: str, **fields: Any) -> dict[str, Any]:
    """The prospect, once these fields are so."""

    async def look() -> dict[str, Any] | None:
        prospect: dict[str, Any] = (await crm.customers.get(f"/v1/prospects/{who}")).json()
        return prospect if {name: prospect[name] for name in fields} == fields else None

    found: dict[str, Any] = await eventually(look)
    return found


async def test_C05_an_enquiry_begins_the_phase_acquisition(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual", "registered_at": ago(days=30)})
    await crm.card_when(who, lambda card: card["phase"] == "prospect")
    await done(crm.customers, "POST", "/v1/prospects", {"customer_id": who, "occurred_at": ago(days=20)})
    card = await crm.card_when(who, lambda card: card["phase"] == "acquisition")
    assert [change["phase"] for change in card["phase_history"]] == ["prospect", "acquisition"]
    assert card["phase_history"][-1]["evidence"][0]["type"] == STEPS
    assert (await crm.card(who, as_of=ago(days=25)))["phase"] == "prospect"


async def test_C05_what_an_acquisition_cost_lowers_the_contribution(crm: Pipeline, who: str) -> None:
    await enquired(crm, who, cost=paid("2.50"))
    step = {"stage": "interaction", "cost": paid("1.25"), "occurred_at": ago(days=15)}
    moved = await done(crm.customers, "POST", f"/v1/prospects/{who}/stage", step, match='"1"')
    assert moved["cost"] == paid("3.75")
    sale = bill(who, 10)
    sale["lines"][0]["cost_amount"] = "4.00"
    await done(crm.loyalty, "POST", "/v1/purchases", sale)
    card = await crm.card_when(who, lambda card: card["cs"][COST]["inputs"].get("acquisition") == "3.75")
    # sold for 9.50 what cost 4.00, and acquired for 3.75
    assert (card["cs"][COST]["value"], card["cs"][COST]["inputs"]["net_revenue"]) == ("1.75", "9.50")


async def test_C05_the_first_purchase_and_the_first_use_move_a_prospect_by_themselves(crm: Pipeline, who: str) -> None:
    await enquired(crm, who)
    await done(crm.loyalty, "POST", "/v1/purchases", bill(None, 11))
    for days in (30, 10, 5):
        await done(crm.loyalty, "POST", "/v1/purchases", bill(who, days))
    moved = await prospect_when(crm, who, stage="exchange")
    assert (moved["version"], moved["moved_at"], moved["verdict"]) == (2, ago(days=10).replace("+00:00", "Z"), None)
    used = {"customer_id": who, "channel": "home", "kind": "first_use", "occurred_at": ago(days=4)}
    await done(crm.customers, "POST", "/v1/touchpoints", used)
    over = await prospect_when(crm, who, stage="usage")
    assert (over["outcome"], over["closed_at"]) == ("secured", ago(days=4).replace("+00:00", "Z"))

    async def told() -> list[str] | None:
        items = (await crm.scoring.get(f"/v1/customers/{who}/timeline")).json()["items"]
        steps = [item["data"]["stage"] for item in items if item["type"] == STEPS]
        return steps if len(steps) > 2 else None

    assert await eventually(told) == ["usage", "exchange", "enquiry"]
