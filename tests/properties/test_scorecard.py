"""What holds of every scorecard, whatever the facts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.facts.fact import Fact
from services.scoring.metrics.distribution import Distribution
from services.scoring.metrics.population import assemble, contribution, with_scores
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.scorecard import evaluate
from shared.events.purchases import ReturnReason
from tests.scoring.metrics import facts as made
from tests.scoring.metrics.facts import AS_OF

NAMES = st.sampled_from(["a", "b", "c"])
TIMES = st.integers(-40, 800).flatmap(
    lambda days: st.sampled_from([0, 1, 3_600_000_000]).map(
        lambda extra: AS_OF - timedelta(days=days, microseconds=extra)
    )
)
MONEY = st.sampled_from(["0.00", "0.01", "7.50", "9999999.99"])
OFFERED = made.catalogue("A", "B", fill=3)


@st.composite
def lines(draw: st.DrawFn, currency: str) -> Any:
    return made.line(
        draw(st.sampled_from(["A", "B", "X", "UNKNOWN"])),
        draw(MONEY),
        listed=draw(MONEY),
        currency=currency,
        quantity=draw(st.sampled_from(["0", "1", "2.5"])),
        tailored=draw(st.booleans()),
        tailorable=draw(st.booleans()),
        **draw(st.sampled_from([{}, {"cost": "3.00"}])),
    )


@st.composite
def bills(draw: st.DrawFn) -> Fact:
    currency = draw(st.sampled_from(["USD", "INR", "CHF"]))
    bought = draw(st.lists(lines(currency), min_size=1, max_size=3))
    return made.purchase(draw(NAMES), draw(TIMES), *bought)


@st.composite
def returns(draw: st.DrawFn) -> Fact:
    back = draw(st.lists(lines("USD"), min_size=1, max_size=2))
    reason: ReturnReason = draw(st.sampled_from(("defective", "unwanted", "wrong_item")))
    return made.returned(
        draw(bills()), draw(TIMES), *back, reason=reason, whole=draw(st.booleans()), purchased=draw(NAMES)
    )


def said(make: Callable[..., Fact], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Fact]:
    """A fact of a named entity at any time."""
    return st.builds(make, NAMES, TIMES, **more)


FACTS = st.one_of(
    bills(),
    bills(),
    returns(),
    said(made.visit, two_way=st.sampled_from([None, True, False])),
    said(made.visit_end, outcome=st.sampled_from([None, "helped"])),
    said(made.opened, category=st.sampled_from(["price", "technology", "policy"])),
    said(made.acknowledged),
    said(made.resolved, first_contact=st.booleans()),
    said(made.reopened),
    said(made.withdrawn),
    said(
        made.contact, kind=st.sampled_from(["mass", "personal"]), valid_until=st.none() | TIMES, control=st.booleans()
    ),
    said(made.answer, kind=st.sampled_from(["redeemed", "clicked", "declined"])),
    st.builds(made.registered, TIMES),
    st.builds(made.consent, TIMES, granted=st.booleans()),
    st.builds(made.exit_stated, TIMES, reason=st.sampled_from(["price", "sector"])),
)
HISTORIES = st.lists(FACTS, max_size=25).map(lambda facts: [replace(fact, id=f"{at}") for at, fact in enumerate(facts)])
REFERENCES = st.sampled_from(
    [None, made.reference(OFFERED), made.reference(
        OFFERED, median_gap=9.0, median_first_interval=20.0, base={"wrong_item": 1},
        values={"contribution:USD": made.spread(1.0, 5.0), "answered_share": made.spread(0.0, 1.0),
                "customization": made.spread(0.5)},
        scores={"index": made.spread(10.0, 90.0)},
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
    assert AS_OF < found.next_review_at <= AS_OF + DEFAULT_RULES.review


@given(HISTORIES, TIMES, TIMES)
@settings(max_examples=300, deadline=None)
def test_S03_phase_never_goes_back_in_time(facts: list[Fact], one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    before = evaluate(facts, earlier).phases
    assert evaluate(facts, later).phases[: len(before)] == before


@given(HISTORIES, st.integers(1, 60))
@settings(max_examples=200, deadline=None)
def test_S04_nothing_turns_before_the_review(facts: list[Fact], parts: int) -> None:
    now = evaluate(facts, AS_OF)
    until = AS_OF + (now.next_review_at - AS_OF) * parts / 60
    then = evaluate(facts, min(until, now.next_review_at - timedelta(microseconds=1)))
    assert (then.phase, then.defection.at_risk) == (now.phase, now.defection.at_risk)
    due, past = "due", "past_standard"
    assert then.cs["customer_care"].inputs[past] <= now.cs["customer_care"].inputs[past]
    assert then.cs["customer_care"].inputs[due] <= now.cs["customer_care"].inputs[due]


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
