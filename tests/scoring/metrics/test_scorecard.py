"""The scorecard as a whole: its shape, its index, as-of, reasons, comparison."""

from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal

import orjson
import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.failures import FAILURES
from services.scoring.metrics.index import index
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.population import assemble, contribution, with_scores
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES, ELEVEN_CS, C, Rules
from services.scoring.metrics.scorecard import evaluate
from shared.events import complaints, customers, visits
from tests.scoring.metrics.facts import (
    AS_OF,
    DAY,
    ago,
    answer,
    catalogue,
    consent,
    contact,
    fact,
    line,
    opened,
    purchase,
    registered,
    resolved,
    returned,
    visit,
)

OFFERED = catalogue("A", "B", "C", "D")
UNKNOWN = Metric(None, None, "none", {}, 0, 0.0, (), "Nothing is known.")


def someone(number: int = 0) -> list[Fact]:
    """A customer who buys every `10 + number` days."""
    facts = [registered(ago(400)), consent(ago(400)), contact("mail", ago(50), kind="personal")]
    for at in range(6):
        day = ago(1 + at * (10 + number))
        facts += [purchase(f"p{at}", day, line("ABCD"[at % 4], f"{10 + number}.00")), visit(f"v{at}", day)]
    return [*facts, answer("mail", ago(49))] if number % 2 else facts


def population(size: int = 20) -> Reference:
    base = assemble(
        (contribution(someone(each), AS_OF, DEFAULT_RULES, OFFERED) for each in range(size)), AS_OF, 3, OFFERED
    )
    return with_scores(base, (evaluate(someone(each), AS_OF, DEFAULT_RULES, base) for each in range(size)))


def test_S01_a_card_has_the_shape_that_others_rely_on() -> None:
    card = evaluate(someone(), AS_OF, DEFAULT_RULES, population()).to_json("household-208")
    assert set(card) >= {
        "customer_id", "as_of", "rules_version", "reference", "index", "coverage", "phase", "bond_level", "cs",
        "bonds", "value", "defection", "next_actions", "percentile", "phase_history", "facts_recorded_after",
        "bonds_isolated",
    }  # fmt: skip
    assert tuple(card["cs"]) == ELEVEN_CS
    parts = {"score", "value", "unit", "inputs", "n", "confidence", "evidence", "reason", "percentile"}
    assert all(set(each) == parts for each in card["cs"].values())
    assert list(card["bonds"]) == ["financial", "social", "customization", "structural"]
    assert all({"strength", "held", "evidence", "reason"} <= set(each) for each in card["bonds"].values())
    assert card["reference"] == {"as_of": "2018-01-01T00:00:00Z", "revision": 3}
    assert (card["customer_id"], card["as_of"], card["phase"]) == ("household-208", "2018-01-01T00:00:00Z", "extension")
    assert orjson.loads(orjson.dumps(card)) == card


def test_S01_a_known_score_rests_on_evidence() -> None:
    card = evaluate(someone(1), AS_OF, DEFAULT_RULES, population())
    known = [each for each in card.cs.values() if each.score is not None]
    assert len(known) == 6
    assert all(each.n > 0 and each.evidence and len(each.evidence) <= 5 for each in known)


def test_S13_every_c_says_why_in_a_sentence() -> None:
    for card in (evaluate([], AS_OF), evaluate(someone(), AS_OF, DEFAULT_RULES, population())):
        assert all(each.reason.endswith(".") and "None" not in each.reason for each in card.cs.values())
        assert all(each.reason.endswith(".") and "None" not in each.reason for each in card.bonds.bonds.values())


def test_S12_as_of_is_the_same_on_the_facts_before_it() -> None:
    past = ago(25)
    facts = [*someone(), opened("c", ago(20)), returned(someone()[9], ago(10), line("A", "10.00"))]
    before = [fact for fact in facts if fact.time < past]
    assert evaluate(facts, past).to_json("x") == evaluate(before, past).to_json("x")


def test_S12_as_of_may_be_told_in_any_offset() -> None:
    base = population()
    told = evaluate(someone(), AS_OF, DEFAULT_RULES, base).to_json("x")
    for hours in (-5, 5.5):
        local = AS_OF.astimezone(timezone(timedelta(hours=hours)))
        assert evaluate(someone(), local, DEFAULT_RULES, base).to_json("x") == told
    with pytest.raises(ValueError, match="offset"):
        evaluate(someone(), AS_OF.replace(tzinfo=None))


def test_S12_facts_recorded_after_as_of_are_told() -> None:
    facts = someone()
    late = [replace(fact, recorded=AS_OF + DAY) for fact in facts[:3]]
    unused = replace(purchase("later", AS_OF), recorded=AS_OF + DAY)
    assert evaluate([*late, *facts[3:], unused], AS_OF).facts_recorded_after == 3
    assert evaluate(facts, AS_OF).facts_recorded_after == 0


def test_a_customer_with_only_a_profile_is_a_prospect() -> None:
    assert evaluate([registered(ago(3))], AS_OF).to_json("x")["phase"] == "prospect"


def measured(score: float | None) -> Metric:
    return replace(UNKNOWN, score=score)


def test_S01_index_is_the_weighted_mean_of_the_known() -> None:
    cs: dict[C, Metric] = dict.fromkeys(ELEVEN_CS, UNKNOWN)
    cs |= {"customer": measured(10.0), "categories": measured(20.0), "customization": measured(30.0)}
    assert index(cs, DEFAULT_RULES) == (None, 0.2727)  # 3 of 11 are too few
    cs["customer_care"] = measured(100.0)
    assert index(cs, DEFAULT_RULES) == (40.0, 0.3636)  # 160/4
    heavy = Rules(version="test", weights={**DEFAULT_RULES.weights, "customer_care": 3.0})
    assert index(cs, heavy).value == 60.0  # (10 + 20 + 30 + 3·100)/6
    nothing = Rules(version="test", weights=dict.fromkeys(ELEVEN_CS, 0.0))
    assert index(cs, nothing).value is None


def test_S15_a_close_ranks_every_score_among_all() -> None:
    base = population()
    assert base.median_gap == 19.5  # gaps of 10 … 29 days
    assert base.median_first_interval == 19.5
    assert base.base == dict.fromkeys(FAILURES, 0)
    cards = [evaluate(someone(each), AS_OF, DEFAULT_RULES, base) for each in range(20)]
    answered = [card.cs["communications_interaction_positioning"] for card in cards]
    assert [each.score for each in answered[:2]] == [25.0, 75.0]  # ten never answered, ten did
    assert [each.percentile for each in answered[:2]] == [25.0, 75.0]
    assert sum(card.percentile or 0 for card in cards) == 20 * 50.0  # mid-ranks average 50
    assert cards[0].cs["capabilities"].percentile is None


def test_S15_a_score_does_not_depend_on_the_spread_of_scores() -> None:
    base = population()
    first = evaluate(someone(), AS_OF, DEFAULT_RULES, replace(base, scores={}))
    second = evaluate(someone(), AS_OF, DEFAULT_RULES, base)
    assert [each.score for each in first.cs.values()] == [each.score for each in second.cs.values()]


def test_S15_fewer_than_twenty_customers_rank_nobody() -> None:
    card = evaluate(someone(), AS_OF, DEFAULT_RULES, population(19))
    assert card.percentile is None
    assert card.cs["communications_interaction_positioning"].score is None


def test_population_counts_failures_of_the_window() -> None:
    bought = purchase("p", ago(400))
    facts = [bought, returned(bought, ago(366), reason="wrong_item")]
    assert contribution(facts, AS_OF, DEFAULT_RULES, OFFERED).failures == dict.fromkeys(FAILURES, 0)
    late = [bought, returned(bought, ago(365), reason="wrong_item")]
    assert contribution(late, AS_OF, DEFAULT_RULES, OFFERED).failures["wrong_item"] == 1


def test_population_of_nobody_is_a_reference_that_knows_little() -> None:
    empty = assemble([], AS_OF, 1, OFFERED)
    assert (empty.median_gap, dict(empty.values)) == (None, {})
    assert evaluate(someone(), AS_OF, DEFAULT_RULES, empty).cs["categories"].score is not None


def test_a_case_in_time_scores_full_care() -> None:
    card = evaluate([opened("c", ago(2)), resolved("c", ago(1.9), first_contact=True)], AS_OF)
    assert card.cs["customer_care"].score == 100.0


DUE = AS_OF + 3 * DAY
OWED: dict[str, tuple[Fact, ...]] = {
    "a commitment": (fact(customers.CommitmentMade(due_at=DUE), "c", ago(9)),),
    "a follow-up": (fact(complaints.TaskOpened(due_at=DUE), "t", ago(9)),),
    "a preference": (fact(visits.PreferenceStated(topic="seat", due_at=DUE), "p", ago(9)),),
    "a solution": (fact(visits.SolutionPromised(due_at=DUE), "s", ago(9)),),
    "a step": (fact(customers.ProcessStepDue(step="quote", due_at=DUE), "q", ago(9)),),
    "a delivery": (purchase("b", ago(9), line("A", "1.00", due_at=DUE)),),
    "a case": (opened("k", ago(9), acknowledge=12 * DAY, resolve=20 * DAY),),
}


@pytest.mark.parametrize("owed", OWED)
def test_a_card_is_due_a_moment_after_what_is_owed(owed: str) -> None:
    assert evaluate(OWED[owed], AS_OF).next_review_at == DUE + timedelta(microseconds=1)


def test_a_card_is_due_when_an_objective_can_be_judged() -> None:
    goal = customers.ObjectiveSet(target=Decimal(1), due_at=ago(-90))
    set_at = ago(0.5)
    assert evaluate([fact(goal, "o", set_at)], AS_OF).next_review_at == set_at + DEFAULT_RULES.objectives.settling


def test_a_card_is_due_when_a_first_joint_review_is() -> None:
    joined = customers.IntegrationStarted(kind="edi", reviews_a_year=73)  # one in five days
    firm = fact(customers.CustomerRegistered(kind="organization", completeness=1.0), "firm", ago(9))
    assert evaluate([firm, fact(joined, "edi", ago(2))], AS_OF).next_review_at == AS_OF + 3 * DAY


def test_a_card_is_due_when_silence_after_the_app_shows() -> None:
    used = fact(visits.TouchpointRecorded(channel="app", kind="use"), "t", ago(9))
    silent = ago(9) + DEFAULT_RULES.patterns.silence + timedelta(microseconds=1)
    assert evaluate([used], AS_OF).next_review_at == silent


def test_S01_a_card_measures_all_eleven() -> None:
    facts = [
        *someone(1),
        purchase("due", ago(20), line("A", "1.00", due_at=ago(15), delivered_at=ago(16))),
        fact(customers.ProcessStepDue(step="quote", due_at=ago(8)), "q", ago(9)),
        fact(customers.IntegrationOffered(kind="app"), "app", ago(9)),
        fact(visits.SolutionDelivered(), "s", ago(8)),
        fact(visits.SolutionPromised(due_at=ago(7)), "s", ago(9)),
        fact(customers.RelationshipStarted(role="employee", party_id="eve", health=0.5), "r", ago(9)),
        opened("k", ago(6)),
        resolved("k", ago(5.5)),
    ]
    card = evaluate(facts, AS_OF, DEFAULT_RULES, population())
    assert [name for name, each in card.cs.items() if each.score is None] == []
    assert card.index.coverage == 1.0
