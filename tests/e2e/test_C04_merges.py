"""C04, end to end: two records turn out to be one customer, and their scores follow; and part again."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline


async def test_C04_scores_follow_a_merge_and_its_end(crm: Pipeline, who: str) -> None:
    alias, path = f"{who}-old", f"/v1/customers/{who}-old/merge"
    for name, days in ((who, 40), (alias, 20)):
        await done(crm.customers, "PUT", f"/v1/customers/{name}", {"kind": "individual", "name": f"Asha {who}"})
        await done(crm.loyalty, "POST", "/v1/purchases", bill(name, days))
        await crm.card_when(name, lambda card: card["phase"] == "acquisition")
    [pair] = (await crm.customers.get(f"/v1/customers/{alias}/duplicates")).json()["items"]
    assert pair["customer_id"] == who

    await done(crm.customers, "POST", path, {"into": who}, match='"1"')
    card = await crm.card_when(who, lambda card: card["phase"] == "retention")
    assert [purchases(card), await whose(crm, alias)] == [2, who]

    await done(crm.loyalty, "POST", "/v1/purchases", bill(alias, 10))  # under the old id: it was still in flight
    card = await crm.card_when(who, lambda card: purchases(card) == 3)
    timeline = (await crm.scoring.get(f"/v1/customers/{who}/timeline")).json()["items"]
    assert sum(item["type"] == "crm.purchase.completed.v1" for item in timeline) == 3

    await done(crm.customers, "DELETE", path, None, match='"2"')
    own = await crm.card_when(who, lambda card: purchases(card) == 1)
    other = await crm.card_when(alias, lambda card: card["customer_id"] == alias)
    assert (own["phase"], other["phase"], purchases(other)) == ("acquisition", "retention", 2)


async def test_C04_a_merge_of_the_past_leaves_the_time_before_it_as_it_was(crm: Pipeline, who: str) -> None:
    alias = f"{who}-old"
    for name, days in ((who, 40), (alias, 30)):
        await done(crm.customers, "PUT", f"/v1/customers/{name}", {"kind": "individual"})
        await done(crm.loyalty, "POST", "/v1/purchases", bill(name, days))
    told = {"into": who, "occurred_at": ago(days=5)}
    await done(crm.customers, "POST", f"/v1/customers/{alias}/merge", told, match='"1"')
    await crm.card_when(who, lambda card: card["phase"] == "retention")
    before, after = await crm.card(alias, as_of=ago(days=6)), await crm.card(alias, as_of=ago(days=4))
    assert [before["customer_id"], after["customer_id"]] == [alias, who]
    assert [purchases(before), purchases(after)] == [1, 2]


def purchases(card: dict[str, Any]) -> int:
    """How many purchases the card counts."""
    count: int = card["cs"]["categories"]["n"]
    return count


async def whose(crm: Pipeline, customer: str) -> str:
    """Whose card is answered under this id."""
    found: str = (await crm.card(customer))["customer_id"]
    return found
