"""Lift (S08, L06): a simulated campaign with a control group, from REST to what it changed."""

from decimal import Decimal
from typing import Any

import pytest

from services.loyalty.campaigns.domain import held_back
from tests.e2e.closes import arrived, closed
from tests.support.pipeline import Pipeline

NAMES = [f"sim-{number:03}" for number in range(160)]
CAMPAIGN = {
    "id": "sim-lift", "name": "Simulated", "kind": "personal", "starts_on": "2026-01-05", "ends_on": "2026-01-31",
    "control_share": "0.5", "simulated": True,
}  # fmt: skip
CONTROL = {name for name in NAMES if held_back("sim-lift", name, Decimal("0.5"))}


def bill(name: str, day: str) -> dict[str, Any]:
    """A purchase of twenty dollars."""
    line = {"product_id": "1", "category": "GROCERY", "quantity": "1", "list_amount": "20.00", "paid_amount": "20.00"}
    return {
        "id": f"{name}-{day}", "customer_id": name, "store_id": "1", "channel": "store", "lines": [line],
        "occurred_at": f"{day}T12:00:00Z", "currency": "USD", "simulated": True,
    }  # fmt: skip


def bought() -> list[dict[str, Any]]:
    """Everybody bought before; then three of five who were written to, and one of five who were not."""
    reached = [name for name in NAMES if name not in CONTROL]
    then = reached[: len(reached) * 3 // 5] + sorted(CONTROL)[: len(CONTROL) // 5]
    return [bill(name, "2025-12-10") for name in NAMES] + [bill(name, "2026-01-10") for name in then]


@pytest.mark.timeout(300)  # hundreds of requests on a machine that may do other things beside
async def test_S08_L06_a_campaign_s_lift_from_rest_to_its_interval(empty: Pipeline) -> None:
    for name in NAMES:
        await empty.customers.put(
            f"/v1/customers/{name}", {"kind": "individual", "registered_at": "2025-01-01T00:00:00Z"}
        )
        consent = {"granted_at": "2025-01-01T00:00:00Z", "source": "simulation"}
        await empty.customers.put(f"/v1/customers/{name}/consents/marketing/mail", consent)
    await empty.loyalty.post("/v1/campaigns", CAMPAIGN)
    deliveries = [{"customer_id": name, "delivered_at": "2026-01-05T08:00:00Z", "channel": "mail"} for name in NAMES]
    taken = await empty.loyalty.post("/v1/campaigns/sim-lift/deliveries", {"deliveries": deliveries})
    assert taken.json()["held_back"] == len(CONTROL)
    bills = bought()
    await empty.loyalty.stream("/v1/imports/purchases", bills)
    await arrived(empty, 3 * len(NAMES) + len(bills))  # registered, consented, delivered or held back
    assert (await closed(empty, "2026-02-15T00:00:00Z"))["state"] == "done"

    sent = (await empty.scoring.get("/v1/propensity")).json()["campaigns"]["sim-lift"]
    assert (sent["exposures"], sent["held_back"]) == (len(NAMES) - len(CONTROL), len(CONTROL))
    lift = sent["lift"]
    assert lift["difference"] == pytest.approx(0.4, abs=0.02)
    low, high = lift["interval"]
    assert 0.2 < low < lift["difference"] < high < 0.6
