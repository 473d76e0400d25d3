"""K02: standards, from REST over the clock to customer care and the causes of defection."""

from datetime import UTC, datetime
from typing import Any

from tests.e2e.test_rows import bill, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

CARE = "customer_care"


async def test_K02_the_clock_tells_a_breach_and_the_score_falls(crm: Pipeline, who: str) -> None:
    """A case is to be acknowledged within two seconds, and nobody does."""
    soon = {"acknowledge_hours": "0.0005", "resolve_hours": "16", "around_the_clock": True}
    await done(crm.complaints, "PUT", "/v1/service-standards/market/critical", soon)
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, days=1))
    now = datetime.now(UTC).isoformat()
    told = {"customer_id": who, "store_id": "330", "category": "market", "severity": "critical", "occurred_at": now}
    case = await done(crm.complaints, "POST", "/v1/complaints", told)
    card = await crm.card_when(who, lambda card: card["cs"][CARE]["inputs"]["past_standard"] == 1)
    assert (card["cs"][CARE]["n"], card["cs"][CARE]["score"]) == (1, 0)

    async def told_of() -> list[str]:
        items = (await crm.scoring.get(f"/v1/customers/{who}/timeline")).json()["items"]
        return [item["time"] for item in items if item["type"] == "crm.complaint.breached.v1"]

    [breach] = await eventually(told_of)
    assert datetime.fromisoformat(breach) == datetime.fromisoformat(case["due_acknowledge"])

    def causes(card: dict[str, Any]) -> set[tuple[str, str]]:
        return {(piece["cause"], piece["subject"]) for piece in card["defection"]["evidence"]}

    # Whatever they complained of, that nobody answered is our service.
    await crm.card_when(who, lambda card: causes(card) == {("market", case["id"]), ("service", case["id"])})
