"""Next actions: which, in which order, for which reason."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.causes import Cause
from services.scoring.metrics.next_actions.advice import Action, Urgency
from services.scoring.metrics.next_actions.table import TABLE
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES, ELEVEN_CS, Rules
from services.scoring.metrics.scorecard import evaluate
from shared.events.customers import ConsentGranted, ExitReason
from tests.scoring.metrics import dealing_facts as dealing
from tests.scoring.metrics import service_facts as service
from tests.scoring.metrics.facts import (
    AS_OF,
    DAY,
    ago,
    answer,
    catalogue,
    consent,
    contact,
    exit_stated,
    fact,
    line,
    opened,
    purchase,
    reference,
    registered,
    reopened,
    resolved,
)

BASE = reference(catalogue("A", "B", "C", "D"), median_gap=20.0, median_first_interval=20.0)
WIDE = Rules(version="test", actions=DEFAULT_RULES.actions.model_copy(update={"most": 99}))
REGULAR = [purchase(f"p{at}", ago(1 + 10 * at), line("A", "10.00")) for at in range(6)]
"""Buys every ten days, lately yesterday."""


def actions(*facts: Fact, rules: Rules = DEFAULT_RULES, base: Reference | None = BASE) -> tuple[Action, ...]:
    return evaluate(facts, AS_OF, rules, base).next_actions


def codes(*facts: Fact, rules: Rules = DEFAULT_RULES) -> list[str]:
    return [action.advice.code for action in actions(*facts, rules=rules)]


def all_codes(*facts: Fact) -> list[str]:
    return codes(*facts, rules=WIDE)


def test_S13_of_nobody_known_nothing_is_to_be_done() -> None:
    assert codes() == []
    assert codes(purchase("later", AS_OF + DAY)) == []


def test_S13_at_most_three_the_most_urgent_first() -> None:
    found = actions(*REGULAR, opened("c", ago(2)), service.promise("p", ago(9), ago(1)), service.doubt("d", ago(2)))
    assert [action.advice.code for action in found] == ["settle_case", "keep_promise", "answer_doubt"]
    assert [action.priority for action in found] == [1, 2, 3]
    every = actions(*REGULAR, opened("c", ago(2)), service.doubt("d", ago(2)), rules=WIDE)
    urgencies = [action.advice.urgency for action in every]
    assert urgencies == sorted(urgencies)
    assert set(urgencies) == set(Urgency) - {Urgency.LEAVING}
    assert codes(*REGULAR, rules=Rules(version="t", actions=WIDE.actions.model_copy(update={"most": 0}))) == []


def test_S13_every_c_has_one_rule_for_when_it_is_weak() -> None:
    assert sorted(str(advice.c) for advice in TABLE if advice.c) == sorted(ELEVEN_CS)
    assert len({advice.code for advice in TABLE}) == len(TABLE)
    assert [advice.urgency for advice in TABLE] == sorted(advice.urgency for advice in TABLE)


def test_S13_every_action_says_why_with_the_customers_numbers() -> None:
    leaving = [exit_stated(ago(1)), opened("c", ago(9)), service.task("t", ago(9), ago(5)), registered(ago(500))]
    for facts in (REGULAR, [*REGULAR, *leaving], [registered(ago(3))]):
        for action in actions(*facts, rules=WIDE):
            assert action.reason.endswith(".")
            assert "None" not in action.reason
            told = action.to_json()
            assert (told["expected_effect"] is None) == bool(told["effect_unknown"])


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("price", "answer_price"),
        ("product", "offer_substitute"),
        ("service", "apologize"),
        ("hardship", "fit_to_means"),
        ("technology", "move_channel"),
        ("policy", "explain_change"),
    ],
)
def test_S13_the_remedy_answers_the_cause(reason: ExitReason, remedy: str) -> None:
    found = actions(*REGULAR, exit_stated(ago(0.5), reason))
    assert found[0].advice.code == remedy
    assert "leave" in found[0].reason


def test_S13_without_a_cause_we_ask_why() -> None:
    silent = [purchase(f"p{at}", ago(100 + 10 * at)) for at in range(5)]
    assert codes(*silent)[0] == "ask_why"
    mixed = [exit_stated(ago(1), "price"), exit_stated(ago(1), "policy")]
    assert codes(*REGULAR, *(replace(each, id=f"x{at}") for at, each in enumerate(mixed)))[0] == "ask_why"
    assert sum(advice.urgency is Urgency.LEAVING for advice in TABLE) == len(Cause) - 1  # one for mixed and unknown


def test_S13_a_bond_above_a_gap_does_not_help() -> None:
    assert "reward" in codes(*REGULAR)
    isolated = [service.gesture(f"g{at}", ago(40 * at + 1)) for at in range(4)]
    assert evaluate([*REGULAR, *isolated], AS_OF).bonds.isolated == ("social",)
    assert [code for code in all_codes(*REGULAR, *isolated) if code in ("reward", "serve_by_name")] == ["reward"]
    spent = [service.points_spent(f"s{at}", ago(40 * at + 1)) for at in range(4)]
    assert {"tailor"} == {"reward", "serve_by_name", "tailor", "join_processes"}.intersection(
        all_codes(*REGULAR, *isolated, *spent)
    )


def test_S13_each_phase_has_its_step() -> None:
    steps = {"first_purchase", "second_purchase", "new_category"}
    assert steps.intersection(all_codes(registered(ago(9)))) == {"first_purchase"}
    assert steps.intersection(all_codes(purchase("p", ago(9)))) == {"second_purchase"}
    assert steps.intersection(all_codes(*REGULAR)) == {"new_category"}
    whole = [purchase(f"w{at}", ago(3), line("ABCD"[at], "1.00")) for at in range(4)]
    assert steps.intersection(all_codes(*REGULAR, *whole)) == set()
    assert steps.intersection(all_codes(*REGULAR, exit_stated(ago(0.5)))) == set()


def test_S13_a_category_that_is_new_already_is_enough() -> None:
    assert "new_category" not in all_codes(*REGULAR, purchase("b", ago(2), line("B", "1.00")))
    old = [purchase(f"o{at}", ago(201 + 10 * at), line("AB"[at % 2], "10.00")) for at in range(20)]
    between = [purchase(f"m{at}", ago(1 + 10 * at), line("A", "10.00")) for at in range(20)]
    assert "new_category" in all_codes(*old, *between)


def test_S13_the_weakest_c_by_its_weight_goes_first() -> None:
    facts = [*REGULAR, *(dealing.planned(f"s{at}", ago(90), ago(60)) for at in range(3)), opened("c", ago(9)),
             resolved("c", ago(1))]  # fmt: skip
    weak = [action.advice.c for action in actions(*facts, rules=WIDE) if action.advice.urgency is Urgency.WEAK]
    cs = evaluate(facts, AS_OF, DEFAULT_RULES, BASE).cs
    assert len(weak) > 2
    scores = [cs[c].score or 0.0 for c in weak if c]
    assert scores == sorted(scores)
    last = weak[-1]
    heavy = Rules(version="t", actions=WIDE.actions, weights={c: 99.0 if c == last else 1.0 for c in ELEVEN_CS})
    again = [action.advice.c for action in actions(*facts, rules=heavy) if action.advice.urgency is Urgency.WEAK]
    assert again[0] == last


def test_S13_only_a_c_below_the_rules_is_weak() -> None:
    found = actions(*REGULAR, rules=WIDE)
    cs = evaluate(REGULAR, AS_OF, DEFAULT_RULES, BASE).cs
    named = {action.advice.c for action in found} - {None}
    assert named <= {name for name, each in cs.items() if each.score is not None and each.score < 40}
    strict = Rules(version="t", actions=WIDE.actions.model_copy(update={"weak": 0.0}))
    assert {action.advice.c for action in actions(*REGULAR, rules=strict)} == {None}


def test_S13_what_is_late_and_done_is_owed_no_more() -> None:
    late = [
        service.promise("p", ago(9), ago(5)),
        service.task("t", ago(9), ago(5)),
        service.solution("s", ago(9), ago(5)),
    ]
    done = [service.promise_met("p", ago(1)), service.done("t", ago(1)), service.solution_delivered("s", ago(1))]
    for owed, paid in zip(late, done, strict=True):
        assert "keep_promise" in codes(owed)
        assert "keep_promise" not in codes(owed, paid)
    assert "keep_promise" not in codes(service.promise("p", ago(9), AS_OF))
    reason = next(action.reason for action in actions(*late) if action.advice.code == "keep_promise")
    assert reason == "A commitment was due on 2017-12-27, 5 days ago; 2 more of what we promised is late."


def test_S13_the_case_past_its_standard_goes_first() -> None:
    oldest = opened("a", ago(9), acknowledge=20 * DAY, resolve=20 * DAY)
    found = actions(oldest, opened("b", ago(4), category="price"), opened("c", ago(3)))
    assert found[0].reason == (
        "3 complaints are open; the first to settle, on price, is open for 4 days, past its standard."
    )
    assert actions(oldest)[0].reason == "A service complaint is open for 9 days."
    assert codes(opened("a", ago(4)), resolved("a", ago(3)))[0] != "settle_case"
    again = [opened("a", ago(9)), resolved("a", ago(8)), reopened("a", ago(7))]
    assert codes(*again)[0] == "settle_case", "reopened, it is owed again"
    assert codes(*again, resolved("a", ago(6)))[0] != "settle_case"


def test_S13_a_doubt_told_again_is_as_old_as_when_it_was_raised() -> None:
    again = [service.doubt("d", ago(400)), replace(service.doubt("d", ago(9)), id="again")]
    assert "answer_doubt" not in all_codes(*again)
    assert "answer_doubt" in all_codes(service.doubt("d", ago(9)))


def test_S13_an_objective_is_set_where_there_is_none() -> None:
    assert "set_objective" in all_codes(*REGULAR)
    goal = service.objective("o", ago(50), AS_OF + 50 * DAY)
    found = all_codes(*REGULAR, goal)
    assert "set_objective" not in found
    assert "review_objective" in found


def test_C10_consent_is_asked_for_once() -> None:
    assert "ask_consent" in all_codes(*REGULAR)
    assert "ask_consent" not in all_codes(*REGULAR, consent(ago(9)))
    assert "ask_consent" not in all_codes(*REGULAR, consent(ago(9)), consent(ago(8), granted=False))


def test_C10_the_channel_that_was_answered_goes_first() -> None:
    given = [fact(ConsentGranted(purpose="marketing", channel=name), f"marketing:{name}", ago(90)) for name in "ax"]
    assert actions(*REGULAR, *given)[1].channel == "a"
    written = [consent(ago(90)), contact("k", ago(20)), answer("k", ago(19))]
    action = actions(*REGULAR, *given, *written)[1]
    assert (action.channel, action.to_json()["way"], action.to_json()["purpose"]) == ("mail", "contact", "marketing")
    withdrawn = consent(ago(1), granted=False)
    assert actions(*REGULAR, *given, *written, withdrawn)[1].channel == "a"
    assert actions(*REGULAR, *written, withdrawn)[1].to_json()["way"] == "visit"


def test_C10_an_answer_in_a_case_needs_no_consent_and_names_no_channel_without() -> None:
    case = opened("c", ago(1))
    assert actions(case, consent(ago(9)))[0].to_json()["way"] == "house"
    granted = fact(ConsentGranted(purpose="service", channel="phone"), "service:phone", ago(9))
    told = actions(case, granted)[0].to_json()
    assert (told["action"], told["way"], told["purpose"], told["channel"]) == (
        "settle_case", "contact", "service", "phone",
    )  # fmt: skip


def test_C10_who_left_and_withdrew_is_not_contacted() -> None:
    facts = [*REGULAR, consent(ago(90)), exit_stated(ago(0.5)), consent(ago(0.4), granted=False)]
    assert evaluate(facts, AS_OF).defection.defected
    assert [action.channel for action in actions(*facts, rules=WIDE)] == [None] * len(actions(*facts, rules=WIDE))


def test_S13_well_bound_customers_are_asked_to_bring_a_friend() -> None:
    bound = [service.gesture(f"g{at}", ago(40 * at + 1)) for at in range(4)]
    bound += [service.points_spent(f"s{at}", ago(40 * at + 1)) for at in range(4)]
    assert "ask_referral" in all_codes(*REGULAR, *bound)
    assert "ask_referral" not in all_codes(*REGULAR, *bound, dealing.referred("r", ago(9)))
    assert "ask_referral" not in all_codes(*REGULAR)


def test_S12_actions_of_a_past_date_are_those_of_its_facts() -> None:
    facts = [*REGULAR, opened("c", ago(5))]
    before = evaluate(facts, AS_OF - 6 * DAY, DEFAULT_RULES, BASE)
    assert "settle_case" not in [action.advice.code for action in before.next_actions]
    after = evaluate(facts, AS_OF - timedelta(days=4), DEFAULT_RULES, BASE)
    assert after.next_actions[0].advice.code == "settle_case"
