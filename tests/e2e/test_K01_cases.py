"""K01: cases from REST to customer care, and to the cause for which a customer may leave."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.client import Client
from tests.support.pipeline import Pipeline

CARE = "customer_care"
SETTLED = {"resolution": "Second till opened", "root_cause": "staffing"}


async def complained(crm: Pipeline, who: str, **more: Any) -> str:
    """The path of a new complaint."""
    told = {"customer_id": who, "store_id": "330", "category": "price", "severity": "normal"}
    return f"/v1/complaints/{(await done(crm.complaints, 'POST', '/v1/complaints', told | more))['id']}"


async def act(client: Client, case: str, verb: str, **body: Any) -> dict[str, Any]:
    """The complaint after a step, whatever its version."""
    return await done(client, "POST", f"{case}/{verb}", body, match="*")


async def test_K01_settled_at_first_contact_until_it_is_reopened(crm: Pipeline, who: str) -> None:
    case = await complained(crm, who, occurred_at=ago(minutes=50))
    await act(crm.complaints, case, "acknowledge", occurred_at=ago(minutes=40))
    await act(crm.complaints, case, "resolve", occurred_at=ago(minutes=30), **SETTLED)
    card = await crm.card_when(who, lambda card: card["cs"][CARE]["score"] == 100)
    assert card["cs"][CARE]["inputs"]["first_contact_resolution"] == 1.0
    await act(crm.complaints, case, "reopen", occurred_at=ago(minutes=10), reason="It came back")
    card = await crm.card_when(who, lambda card: card["cs"][CARE]["score"] == 0)
    inputs = card["cs"][CARE]["inputs"]
    assert (inputs["reopened_early"], inputs["past_standard"]) == (1, 0)


async def test_K01_the_time_we_waited_for_the_customer_is_not_ours(crm: Pipeline, who: str) -> None:
    waited = await complained(crm, who, severity="critical", occurred_at=ago(hours=40))
    await act(crm.complaints, waited, "acknowledge", occurred_at=ago(hours=39.5))
    await act(crm.complaints, waited, "pause", occurred_at=ago(hours=39))
    again = await act(crm.complaints, waited, "resume", occurred_at=ago(hours=4))
    assert again["due_resolve"] > ago(hours=-18), "23 of 24 hours were left"
    await act(crm.complaints, waited, "resolve", occurred_at=ago(hours=1), **SETTLED)
    card = await crm.card_when(who, lambda card: card["cs"][CARE]["inputs"]["cases_kept"] == 1)
    assert (card["cs"][CARE]["score"], card["cs"][CARE]["inputs"]["past_standard"]) == (100, 0)
    assert card["cs"][CARE]["inputs"]["first_contact_resolution"] == 0.0

    taken_back = await complained(crm, who, occurred_at=ago(days=20))
    await act(crm.complaints, taken_back, "acknowledge", occurred_at=ago(days=19.9))
    await act(crm.complaints, taken_back, "withdraw", occurred_at=ago(days=19.8))
    # what was taken back counts nowhere
    await crm.card_when(who, lambda card: (card["cs"][CARE]["inputs"]["cases"], card["cs"][CARE]["n"]) == (2, 1))
    # Taken up again, it has its time from then on: it is not late for the days nobody owed an answer.
    await act(crm.complaints, taken_back, "reopen", occurred_at=ago(days=1))
    await act(crm.complaints, taken_back, "resolve", occurred_at=ago(hours=2), **SETTLED)
    card = await crm.card_when(who, lambda card: card["cs"][CARE]["inputs"]["cases_kept"] == 2)
    assert (card["cs"][CARE]["score"], card["cs"][CARE]["inputs"]["past_standard"]) == (100, 0)


async def test_K01_what_they_complained_of_is_a_cause_to_leave(crm: Pipeline, who: str) -> None:
    bought = await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 20))
    case = await complained(crm, who, category="policy", purchase_id=bought["id"], occurred_at=ago(days=1))
    card = await crm.card_when(who, lambda card: bool(card["defection"]["points"]))
    assert set(card["defection"]["points"]) == {"organizational"}
    assert [each["subject"] for each in card["defection"]["evidence"]] == [case.rpartition("/")[2]]
    await act(crm.complaints, case, "withdraw", occurred_at=ago(hours=20))
    await crm.card_when(who, lambda card: not card["defection"]["points"])
