"""C06 from REST over the events to the score: a doubt counts as a conversation that is owed an outcome."""

from tests.e2e.test_rows import ago, done
from tests.support.pipeline import Pipeline

DIALOGUE = "communications_interaction_positioning"


async def test_C06_a_doubt_counts_for_communications_when_it_is_resolved(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    path = f"/v1/customers/{who}/doubts"
    raised = await done(
        crm.customers, "POST", path, {"topic": "price", "words": "Too dear?", "occurred_at": ago(days=9)}
    )
    card = await crm.card_when(who, lambda card: card["cs"][DIALOGUE]["score"] == 0)
    assert card["cs"][DIALOGUE]["inputs"]["conversations_begun"] == 1
    assert [action["action"] for action in card["next_actions"] if "doubt" in action["action"]] == ["answer_doubt"]

    answer = {"outcome": "reassured", "occurred_at": ago(days=8)}
    await done(crm.customers, "POST", f"{path}/{raised['id']}/resolve", answer, match='"1"')
    card = await crm.card_when(who, lambda card: card["cs"][DIALOGUE]["score"] == 100)
    assert card["cs"][DIALOGUE]["inputs"]["conversations_concluded"] == 1
    assert not [action for action in card["next_actions"] if "doubt" in action["action"]]
    assert (await crm.card(who, as_of=ago(days=8.5)))["cs"][DIALOGUE]["score"] == 0
