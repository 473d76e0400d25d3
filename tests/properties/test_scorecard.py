"""What holds of every scorecard, whatever the facts."""

from datetime import datetime, timedelta

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.facts.fact import Fact
from services.scoring.metrics.bonds import Bonds
from services.scoring.metrics.distribution import Distribution
from services.scoring.metrics.population import assemble, contribution, with_scores
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.scorecard import Scorecard, evaluate
from shared.events.purchases import PurchaseCorrected
from tests.properties.histories import HISTORIES, TIMES
from tests.scoring.metrics import facts as made
from tests.scoring.metrics.facts import AS_OF
from tests.scoring.metrics.value_facts import MODEL

OFFERED = made.catalogue("A", "B", fill=3)
REFERENCES = st.sampled_from(
    [None, made.reference(OFFERED), made.reference(
        OFFERED, median_gap=9.0, median_first_interval=20.0, base={"wrong_item": 1},
        values={"contribution:USD": made.spread(1.0, 5.0), "answered_share": made.spread(0.0, 1.0),
                "customization": made.spread(0.5), "clv:USD": made.spread(0.5, 9.0)},
        scores={"index": made.spread(10.0, 90.0)}, model=MODEL,
    )]
)  # fmt: skip


def card(facts: list[Fact], as_of: datetime, reference: Reference | None) -> bytes:
    return orjson.dumps(evaluate(facts, as_of, DEFAULT_RULES, reference).to_json("x"))


@given(HISTORIES, REFERENCES, st.data())
@settings(max_examples=300, deadline=None)
def test_S12_order_and_repetition_change_no_bit(
    facts: list[Fact], reference: Reference | None, data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(facts), max_size=10)) if facts else []
    shuffled = data.draw(st.permutations(facts + again))
    assert card(shuffled, AS_OF, reference) == card(facts, AS_OF, reference)


@given(HISTORIES, REFERENCES, TIMES)
@settings(max_examples=300, deadline=None)
def test_S12_as_of_is_the_same_on_the_facts_before_it(
    facts: list[Fact], reference: Reference | None, as_of: datetime
) -> None:
    before = [fact for fact in facts if fact.time < as_of]
    assert card(facts, as_of, reference) == card(before, as_of, reference)


@given(HISTORIES, REFERENCES)
@settings(max_examples=300, deadline=None)
def test_S01_every_card_is_within_bounds(facts: list[Fact], reference: Reference | None) -> None:
    found = evaluate(facts, AS_OF, DEFAULT_RULES, reference)
    for each in found.cs.values():
        assert each.score is None or (0 <= each.score <= 100 and each.n > 0 and each.evidence)
        assert 0 <= each.confidence < 1
        assert each.reason.endswith(".")
        assert "None" not in each.reason
    assert found.index.value is None or 0 <= found.index.value <= 100
    _check_bonds(found.bonds)
    assert AS_OF < found.next_review_at <= AS_OF + DEFAULT_RULES.review


def _check_bonds(found: Bonds) -> None:
    for bond in found.bonds.values():
        assert (bond.strength is None) == (found.level is None)
        assert bond.strength is None or (0 <= bond.strength < 100 and (bond.strength > 0) == bool(bond.pieces))
        assert not bond.held or (len(bond.pieces) > 1 and bond.strength is not None and bond.strength >= 35)
    held = [bond.held for bond in found.bonds.values()]
    assert all(held[: found.level or 0])
    assert (found.level or 0) + len(found.isolated) == sum(held)


@given(HISTORIES, TIMES, TIMES)
@settings(max_examples=300, deadline=None)
def test_S03_phase_never_goes_back_in_time_but_by_a_correction(
    facts: list[Fact], one: datetime, other: datetime
) -> None:
    earlier, later = sorted((one, other))
    facts = [fact for fact in facts if fact.type != PurchaseCorrected.TYPE]
    before = evaluate(facts, earlier).phases
    assert evaluate(facts, later).phases[: len(before)] == before


@given(HISTORIES, REFERENCES, st.integers(1, 60))
@settings(max_examples=200, deadline=None)
def test_S04_nothing_turns_before_the_review(facts: list[Fact], reference: Reference | None, parts: int) -> None:
    now = evaluate(facts, AS_OF, DEFAULT_RULES, reference)
    until = min(AS_OF + (now.next_review_at - AS_OF) * parts / 60, now.next_review_at - timedelta(microseconds=1))
    then = evaluate(facts, until, DEFAULT_RULES, reference)
    assert (then.phase, then.defection.at_risk) == (now.phase, now.defection.at_risk)
    assert [bond.since for bond in then.bonds.bonds.values()] == [bond.since for bond in now.bonds.bonds.values()]
    assert all(later <= earlier for later, earlier in zip(_due(then), _due(now), strict=True))


def _due(found: Scorecard) -> tuple[int, ...]:
    """How much had come to count by then; without a turn the sliding window only takes away."""
    care, control = found.cs["customer_care"], found.cs["control_contact_to_cash"]
    punctuality = found.cs["capabilities"].inputs["punctuality"]
    reviews = found.cs["collaboration_integration"].inputs["reviews_share"] is not None
    return (
        care.inputs["due"],
        care.inputs["past_standard"],
        control.inputs["steps_due"],
        punctuality["called"],
        found.cs["customization"].n,
        int(reviews),
    )


@given(st.lists(HISTORIES, max_size=4))
@settings(max_examples=50, deadline=None)
def test_S15_a_reference_survives_json_exactly(population: list[list[Fact]]) -> None:
    raws = [contribution(facts, AS_OF, DEFAULT_RULES, OFFERED) for facts in population]
    base = assemble(raws, AS_OF, 1, OFFERED)
    full = with_scores(base, (evaluate(facts, AS_OF, DEFAULT_RULES, base) for facts in population))
    assert Reference.from_json(orjson.loads(orjson.dumps(full.to_json()))) == full


@given(st.lists(st.floats(-1e6, 1e6), min_size=20, max_size=60))
def test_S15_mid_ranks_average_fifty(values: list[float]) -> None:
    members = Distribution.of(values)
    ranks = [members.percentile(value, 20) or 0.0 for value in values]
    assert abs(sum(ranks) / len(ranks) - 50) < 0.001
