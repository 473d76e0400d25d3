"""What holds of next actions, whatever the facts."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.facts.fact import Fact
from services.scoring.metrics.contacts import Consents
from services.scoring.metrics.history import read
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.scorecard import evaluate
from services.scoring.metrics.strategies import STRATEGIES
from shared.events.customers import ConsentGranted, ConsentWithdrawn
from tests.scoring.metrics import facts as made
from tests.scoring.metrics.facts import AS_OF
from tests.scoring.metrics.test_actions import WIDE
from tests.scoring.metrics.test_service_properties import FACTS, TIMES

SCOPES = [(purpose, channel) for purpose in ("marketing", "service") for channel in ("mail", "phone")]
BASE = made.reference(made.catalogue("GROCERY", "A", "B"), median_gap=9.0, median_first_interval=9.0)


def turned(granted: bool, scope: tuple[str, str], time: datetime) -> Fact:
    kind = ConsentGranted if granted else ConsentWithdrawn
    return made.fact(kind(purpose=scope[0], channel=scope[1]), ":".join(scope), time)


TURNS = st.builds(turned, st.booleans(), st.sampled_from(SCOPES), TIMES)
EXITS = st.builds(made.exit_stated, TIMES, st.sampled_from(["price", "policy", "hardship"]))
HISTORIES = st.lists(st.one_of(FACTS, TURNS, EXITS), max_size=25).map(
    lambda facts: [replace(fact, id=f"{at}") for at, fact in enumerate(facts)]
)


@given(HISTORIES)
@settings(max_examples=300, deadline=None)
def test_C10_no_action_contacts_without_a_consent_in_force(facts: list[Fact]) -> None:
    consents: Consents = read(facts, AS_OF, DEFAULT_RULES).consents
    for action in evaluate(facts, AS_OF, WIDE, BASE).next_actions:
        told = action.to_json()
        assert (told["channel"] is None) == (told["purpose"] is None) == (told["way"] != "contact")
        assert told["channel"] is None or consents.given(told["purpose"], told["channel"], AS_OF)


@given(HISTORIES)
@settings(max_examples=200, deadline=None)
def test_C10_where_all_is_withdrawn_nobody_is_contacted(facts: list[Fact]) -> None:
    last = [replace(turned(False, scope, AS_OF - made.DAY / 2**20), id=f"{scope}") for scope in SCOPES]
    known = [fact for fact in facts if fact.time < last[0].time]
    assert all(action.channel is None for action in evaluate([*known, *last], AS_OF, WIDE, BASE).next_actions)


@given(HISTORIES, st.data())
@settings(max_examples=200, deadline=None)
def test_S13_actions_are_few_ranked_and_the_same_in_any_order(facts: list[Fact], data: st.DataObject) -> None:
    found = evaluate(facts, AS_OF, DEFAULT_RULES, BASE).next_actions
    told = [action.to_json() for action in found]
    assert len(told) <= 3
    assert [each["priority"] for each in told] == list(range(1, len(told) + 1))
    assert len({each["action"] for each in told}) == len(told)
    assert {each["strategy"] for each in told} <= {strategy.code for strategy in STRATEGIES}
    assert bool(told) == any(fact.time < AS_OF for fact in facts)
    for each in told:
        effect = each["expected_effect"]
        assert effect is None or (0 <= (effect["from"] or 0) <= 100 and 0 <= effect["to"] <= 100)
    again = evaluate(data.draw(st.permutations(facts)), AS_OF, DEFAULT_RULES, BASE).next_actions
    assert [action.to_json() for action in again] == told
