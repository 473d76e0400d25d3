"""What an action is expected to change: the closed form is what the card says once it is done."""

from datetime import timedelta
from typing import Any

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.next_actions.advice import Action, Effect
from services.scoring.metrics.rules import DEFAULT_RULES, C, Rules
from services.scoring.metrics.scorecard import Scorecard, evaluate
from shared.events.customers import CommitmentMade, CommitmentMet
from tests.scoring.metrics import dealing_facts as dealing
from tests.scoring.metrics import service_facts as service
from tests.scoring.metrics.facts import (
    AS_OF,
    DAY,
    acknowledged,
    ago,
    consent,
    exit_stated,
    fact,
    line,
    opened,
    purchase,
    registered,
    resolved,
)
from tests.scoring.metrics.test_actions import BASE, REGULAR, WIDE

NOW = AS_OF - timedelta(microseconds=1)
OLD = [purchase(f"p{at}", ago(1 + 10 * at), line("A", "10.00"), line("B", "10.00")) for at in range(60)]
"""Buys two of four categories evenly, and nothing new of late."""


def card(*facts: Fact) -> Scorecard:
    return evaluate(facts, AS_OF, WIDE, BASE)


def expected(code: str, *facts: Fact) -> Effect:
    found = action(code, *facts)
    assert isinstance(found.effect, Effect), found.effect
    return found.effect


def action(code: str, *facts: Fact) -> Action:
    return next(each for each in card(*facts).next_actions if each.advice.code == code)


def score(name: C, *facts: Fact) -> float | None:
    return card(*facts).cs[name].score


def test_S13_a_case_settled_in_time() -> None:
    facts = [opened("c", ago(0.5)), opened("old", ago(50)), resolved("old", ago(40))]
    effect = expected("settle_case", *facts)
    assert effect == Effect("customer_care", 0.0, 50.0)
    assert score("customer_care", *facts, acknowledged("c", NOW), resolved("c", NOW)) == effect.after


def test_S13_a_case_that_is_late_is_no_gain() -> None:
    assert "late" in str(action("settle_case", opened("c", ago(9))).effect)
    long_ago = opened("c", ago(400), acknowledge=500 * DAY, resolve=500 * DAY)
    assert "window" in str(action("settle_case", long_ago).effect)
    assert "late" in str(action("keep_promise", service.promise("p", ago(9), ago(1))).effect)


@pytest.mark.parametrize("pieces", [0, 1, 2])
@pytest.mark.parametrize("level", [0, 1])
def test_S13_one_more_piece_of_a_bond(level: int, pieces: int) -> None:
    held = [service.points_spent(f"s{at}", ago(31 * (at + 1))) for at in range(4 * level)]
    weak = [service.gesture(f"g{at}", ago(250 * (at + 1))) for at in range(pieces)]
    facts = [*REGULAR, *held, *weak]
    before = card(*facts).bonds
    assert before.level == level
    if level:
        effect, more, bond = expected("serve_by_name", *facts), service.gesture("new", NOW), "social"
    else:
        effect, more, bond = expected("reward", *facts), service.points_spent("new", NOW), "financial"
    after = card(*facts, more).bonds.to_json()[bond]["strength"]
    assert effect == Effect(f"bonds.{bond}", before.to_json()[bond]["strength"], after)
    assert after > (effect.before or 0.0)


def test_S13_a_bond_is_never_stronger_than_full() -> None:
    once = Rules(version="t", actions=WIDE.actions, bonds=DEFAULT_RULES.bonds.model_copy(update={"events": 99}))
    many = [service.points_spent(f"s{at}", ago(31 * (at + 1))) for at in range(9)]
    found = evaluate([*REGULAR, *many], AS_OF, once, BASE).next_actions
    effect = next(each.effect for each in found if each.advice.code == "reward")
    assert isinstance(effect, Effect)
    assert effect.after == 77.687  # 100 x (1 - exp(-1.5))


def test_S13_a_purchase_keeps_the_rhythm() -> None:
    silent = [purchase(f"p{at}", ago(100 + 10 * at)) for at in range(8)]
    effect = expected("ask_why", *silent)
    assert effect.before == 0.0
    assert score("customer", *silent, purchase("new", NOW)) == effect.after == 100.0
    once = [purchase("p", ago(70))]
    assert score("customer", *once, purchase("new", NOW)) == expected("second_purchase", *once).after
    goal = service.objective("o", ago(50), AS_OF + 50 * DAY)
    assert "Objectives" in str(action("answer_price", *REGULAR, goal, exit_stated(ago(0.5))).effect)


def test_S13_one_more_category() -> None:
    effect = expected("new_category", *OLD)
    bought = [each for each in OLD if each.time >= ago(365)]
    assert score("categories", *OLD) == effect.before == 50.0  # 2 of 4, ln 2/ln 4
    third = purchase("new", NOW, line("C", f"{10 * len(bought)}.00"))  # as much as in A and in B on average
    assert score("categories", *OLD, third) == pytest.approx(effect.after, abs=0.001)
    uneven = [*OLD, purchase("big", ago(3), line("A", "400.00"))]
    mean = f"{10 * len(bought) + 200}.00"
    assert score("categories", *uneven, purchase("new", NOW, line("C", mean))) == pytest.approx(
        expected("new_category", *uneven).after, abs=0.001
    )


def test_S13_a_survey_on_every_factor() -> None:
    answered: dict[str, Any] = dict.fromkeys(("product", "sales", "post_purchase", "culture"), (4, 4))
    facts = [*REGULAR, registered(ago(9))]
    effect = expected("survey", *facts)
    assert score("customer_measurements", *facts) == effect.before
    assert score("customer_measurements", *facts, service.survey(NOW, **answered)) == effect.after


def test_S13_a_profile_that_we_may_use() -> None:
    facts = [*REGULAR, registered(ago(100))]
    effect = expected("ask_consent", *facts)
    assert score("customer_measurements", *facts, consent(NOW)) == effect.after
    assert effect.before != effect.after
    assert "profile" in str(action("ask_consent", *REGULAR).effect)


def test_S13_a_doubt_settled() -> None:
    facts = [
        service.doubt("d", ago(9)),
        service.touchpoint("t", ago(9)),
        service.touchpoint("u", ago(9), outcome="sold"),
    ]
    effect = expected("answer_doubt", *facts)
    assert score("communications_interaction_positioning", *facts) == effect.before
    assert score("communications_interaction_positioning", *facts, service.doubt_resolved("d", NOW)) == effect.after


def test_S13_the_weakest_capability_met_once_more() -> None:
    facts = [dealing.granted("a", ago(9), escalated=True), dealing.granted("b", ago(8), escalated=True)]
    effect = expected("close_gap", *facts)
    assert score("capabilities", *facts, dealing.granted("c", NOW)) == effect.after
    late = purchase("due", ago(9), line("A", "1.00", due_at=ago(8), delivered_at=ago(8.5)))
    assert score("capabilities", *facts, late, dealing.granted("c", NOW)) is not None


def test_S13_one_more_order_through_the_integration() -> None:
    facts = [dealing.offered("i", ago(90)), *REGULAR]
    effect = expected("use_integration", *facts)
    through = dealing.bill("new", NOW, integration_id="i")
    assert (score("collaboration_integration", *facts), effect.before) == (0.0, 0.0)
    assert score("collaboration_integration", *facts, through) == effect.after


def test_S13_commitments_count_as_what_was_owed() -> None:
    kept = [fact(CommitmentMade(due_at=ago(1)), "k", ago(9)), fact(CommitmentMet(), "k", ago(2))]
    effect = expected("settle_case", opened("c", ago(0.5)), *kept)
    assert effect == Effect("customer_care", 100.0, 100.0)
