"""Those who stand between us and a customer (C02), from REST to Chain of relationships and the social bond."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline

CHAIN = "chain_of_relationships"


async def known(crm: Pipeline, party: str, kind: str = "employee") -> str:
    """A party of this test's own."""
    await done(crm.customers, "POST", "/v1/partners", {"id": party, "kind": kind, "name": "Meena Iyer"})
    return party


async def linked(crm: Pipeline, who: str, party: str, role: str, **more: Any) -> dict[str, Any]:
    """A relationship of a hundred days."""
    told = {"customer_id": who, "party_id": party, "role": role, "occurred_at": ago(days=100)}
    return await done(crm.customers, "POST", "/v1/relationships", told | more)


async def test_C02_the_chain_is_as_strong_as_those_who_serve(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "organization"})
    meena, mill = await known(crm, f"emp-{who}"), await known(crm, f"mill-{who}", "supplier")
    await linked(crm, who, meena, "account_manager", health=0.9)
    supplies = await linked(crm, who, mill, "supplier", health=0.4)
    await crm.card_when(who, lambda card: card["cs"][CHAIN]["score"] == 65)
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 9, served_by=meena))
    card = await crm.card_when(who, lambda card: card["cs"][CHAIN]["inputs"]["weight"] == "10.50")
    # (9.50 spent through Meena · 0.9 + 1 · 0.4)/10.50
    assert card["cs"][CHAIN]["score"] == 85.2381
    assert card["cs"][CHAIN]["inputs"]["links"] == 2

    path = f"/v1/relationships/{supplies['id']}"
    await done(crm.customers, "PATCH", path, {"health": 1.0, "occurred_at": ago(days=50)}, match='"1"')
    await crm.card_when(who, lambda card: card["cs"][CHAIN]["score"] == 90.9524)
    await done(crm.customers, "POST", f"{path}/end", {"occurred_at": ago(days=20)}, match='"2"')
    # (9.50 · 0.9 + 1 · 0)/10.50: it ended, and nobody took its place
    card = await crm.card_when(who, lambda card: card["cs"][CHAIN]["inputs"]["lost"] == 1)
    assert card["cs"][CHAIN]["score"] == 81.4286


async def test_C02_an_account_manager_speaks_for_the_social_bond(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "organization"})
    meena = await known(crm, f"emp-{who}")
    await linked(crm, who, meena, "contact", primary=True, health=1.0)
    card = await crm.card_when(who, lambda card: card["cs"][CHAIN]["score"] == 100)
    assert card["bonds"]["social"]["evidence"] == []
    manages = await linked(crm, who, meena, "account_manager")
    card = await crm.card_when(who, lambda card: bool(card["bonds"]["social"]["evidence"]))
    [evidence] = card["bonds"]["social"]["evidence"]
    assert (evidence["kind"], evidence["subject"]) == ("account manager appointed", manages["id"])
    assert card["bonds"]["social"]["strength"] > 0


async def test_C02_who_leaves_leaves_a_gap_until_somebody_takes_the_place(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    first, second, third = [await known(crm, f"emp-{number}-{who}") for number in (1, 2, 3)]
    await linked(crm, who, first, "account_manager", health=0.8)
    await linked(crm, who, third, "employee", health=0.6)
    await crm.card_when(who, lambda card: card["cs"][CHAIN]["score"] == 70)

    handed = {"occurred_at": ago(days=30), "replaced_by": second}
    await done(crm.customers, "POST", f"/v1/partners/{first}/leave", handed, match='"1"')
    # the place is taken, and how well the new face does nobody knows: the other link alone
    card = await crm.card_when(who, lambda card: card["cs"][CHAIN]["inputs"]["health_unknown"] == 1)
    assert (card["cs"][CHAIN]["score"], card["cs"][CHAIN]["inputs"]["lost"]) == (60, 0)
    mine = f"/v1/relationships?customer_id={who}&party_id={second}&active=true"
    [link] = (await crm.customers.get(mine)).json()["items"]
    judged = {"health": 1.0, "occurred_at": ago(days=20)}
    await done(crm.customers, "PATCH", f"/v1/relationships/{link['id']}", judged, match='"1"')
    await crm.card_when(who, lambda card: card["cs"][CHAIN]["score"] == 80)

    await done(crm.customers, "POST", f"/v1/partners/{second}/leave", {"occurred_at": ago(days=10)}, match='"1"')
    card = await crm.card_when(who, lambda card: card["cs"][CHAIN]["inputs"]["lost"] == 1)
    assert card["cs"][CHAIN]["score"] == 30  # (0 + 0.6)/2
    then = await crm.card(who, as_of=ago(days=15))
    assert then["cs"][CHAIN]["score"] == 80, "the past stays as it was"


async def test_C02_those_who_decide_and_influence_are_links(crm: Pipeline, who: str) -> None:
    friend = f"friend-{who}"
    for name in (who, friend):
        await done(crm.customers, "PUT", f"/v1/customers/{name}", {"kind": "individual"})
    decision = {"party_kind": "customer", "decision": f"kitchen-{who}"}
    decides = await linked(crm, who, friend, "decision_maker", health=0.2, **decision)
    advises = await linked(crm, who, friend, "influencer", health=0.4, **decision)
    card = await crm.card_when(who, lambda card: card["cs"][CHAIN]["inputs"]["links"] == 2)
    assert card["cs"][CHAIN]["score"] == 30
    found = (await crm.customers.get(f"/v1/relationships?customer_id={who}&decision=kitchen-{who}")).json()["items"]
    assert [each["id"] for each in found] == [decides["id"], advises["id"]]


async def test_C02_a_promise_through_a_link_goes_before_its_health(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    link = await linked(crm, who, await known(crm, f"emp-{who}"), "account_manager", health=0.1)
    await crm.card_when(who, lambda card: card["cs"][CHAIN]["score"] == 10)
    promised = {"what": "Call back", "occurred_at": ago(days=9), "due_at": ago(days=5), "link": link["id"]}
    made = await done(crm.customers, "POST", f"/v1/customers/{who}/commitments", promised)
    path = f"/v1/customers/{who}/commitments/{made['id']}/meet"
    version = f'"{made["version"]}"'
    answer = await crm.customers.post(path, {"occurred_at": ago(days=6)}, match=version)
    if answer.status_code == 412:  # the clock missed it first
        await done(crm.customers, "POST", path, {"occurred_at": ago(days=6)}, match='"2"')
    await crm.card_when(who, lambda card: card["cs"][CHAIN]["score"] == 100)
