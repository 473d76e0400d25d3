"""C03: steps from contact to cash, over REST and Kafka, to Control: in time, and right."""

from typing import Any

from tests.e2e.test_rows import ago, done
from tests.support.pipeline import Pipeline

CONTROL = "control_contact_to_cash"


async def planned(crm: Pipeline, who: str, due_days_ago: float, **more: Any) -> str:
    """The path of a step that was due so many days ago."""
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "organization"})
    path = f"/v1/customers/{who}/process-steps"
    body = {"step": "billing", "occurred_at": ago(days=90), "due_at": ago(days=due_days_ago)} | more
    return f"{path}/{(await done(crm.customers, 'POST', path, body))['id']}"


def parts(card: dict[str, Any]) -> tuple[int, int, float | None]:
    """Steps due, steps late, timeliness."""
    inputs = card["cs"][CONTROL]["inputs"]
    return inputs["steps_due"], inputs["steps_late"], inputs["timeliness"]


async def test_C03_a_step_done_late_lowers_timeliness_by_its_amount(crm: Pipeline, who: str) -> None:
    large = await planned(crm, who, 60, amount="300.00", currency="USD")
    small = await planned(crm, who, 60, amount="100.00", currency="USD", step="payment")
    await done(crm.customers, "POST", f"{large}/complete", {"occurred_at": ago(days=61)}, match='"1"')
    await done(crm.customers, "POST", f"{small}/complete", {"occurred_at": ago(days=45)}, match='"1"')
    # the small one came 15 of 30 days late: (300 + 100 / 2) / 400
    card = await crm.card_when(who, lambda card: parts(card) == (2, 1, 0.875))
    assert (card["cs"][CONTROL]["inputs"]["rightness"], card["cs"][CONTROL]["score"]) == (1, 93.75)


async def test_C03_an_open_step_ages_until_it_is_worth_nothing(crm: Pipeline, who: str) -> None:
    open_ = await planned(crm, who, 15)
    card = await crm.card_when(who, lambda card: parts(card)[:2] == (1, 1))
    assert 0.45 < card["cs"][CONTROL]["inputs"]["timeliness"] <= 0.5
    then = await crm.card(who, as_of=ago(days=9))
    assert parts(then) == (1, 1, 0.8)
    overdue = await crm.customers.get(f"/v1/customers/{who}/process-steps?overdue=true")
    assert [step["id"] for step in overdue.json()["items"]] == [open_.rsplit("/", 1)[1]]
    assert parts(await crm.card(who, as_of=ago(days=20))) == (0, 0, None), "before it is due it is not late"


async def test_C03_a_dispute_lowers_rightness_before_and_after_the_completion(crm: Pipeline, who: str) -> None:
    early, late = await planned(crm, who, 60), await planned(crm, who, 50, step="fulfilment")
    await planned(crm, who, 40, step="support")
    await done(
        crm.customers, "POST", f"{early}/dispute", {"reason": "wrong sum", "occurred_at": ago(days=70)}, match='"1"'
    )
    card = await crm.card_when(who, lambda card: card["cs"][CONTROL]["inputs"]["disputes"] == 1)
    assert card["cs"][CONTROL]["inputs"]["rightness"] == 0.6667
    await done(crm.customers, "POST", f"{early}/settle", {"occurred_at": ago(days=65)}, match='"2"')
    await done(crm.customers, "POST", f"{early}/complete", {"occurred_at": ago(days=62)}, match='"3"')
    await done(crm.customers, "POST", f"{late}/complete", {"occurred_at": ago(days=51)}, match='"1"')
    await done(crm.customers, "POST", f"{late}/dispute", {"reason": "broken", "occurred_at": ago(days=48)}, match='"2"')
    card = await crm.card_when(who, lambda card: card["cs"][CONTROL]["inputs"]["disputes"] == 2)
    assert (card["cs"][CONTROL]["inputs"]["rightness"], parts(card)[:2]) == (0.3333, (3, 1))
    assert card["cs"]["capabilities"]["score"] is None, "steps call upon no capability"
