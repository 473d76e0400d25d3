"""The rule language: what a rule holds of, and what it takes."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.scoring.membership.fields import CATALOGUE, fields_of, fields_told
from services.scoring.membership.operators import OPERATORS
from services.scoring.membership.rule import LIMITS, Rule, rule_of, text_of
from services.scoring.membership.segments import Fields, Segment, Segments
from services.scoring.metrics.scorecard import evaluate
from tests.scoring.metrics.facts import AS_OF

NOTHING: Fields = dict.fromkeys(CATALOGUE, None)
RULE: TypeAdapter[object] = TypeAdapter(Rule)


def holds(rule: object, **known: str | float | bool) -> bool:
    """Whether a rule does, of who is known by these fields alone."""
    return rule_of(json.dumps(rule)).holds({**NOTHING, **known})


def compared(operator: str, value: object, field: str = "index") -> dict[str, object]:
    """A comparison."""
    return {"field": field, "is": operator, "value": value}


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("eq", 50, [50]), ("ne", 50, [49.9, 50.1]), ("lt", 50, [49.9]), ("le", 50, [49.9, 50]),
        ("gt", 50, [50.1]), ("ge", 50, [50, 50.1]), ("in", [50, 60], [50]),
    ],
)  # fmt: skip
def test_S07_each_operator_compares_as_it_says(operator: str, value: object, found: list[float]) -> None:
    assert [score for score in (49.9, 50, 50.1) if holds(compared(operator, value), index=score)] == found


@pytest.mark.parametrize("operator", ["eq", "ne", "lt", "le", "gt", "ge"])
def test_S07_what_is_not_known_fulfils_no_comparison(operator: str) -> None:
    assert not holds(compared(operator, 50))
    assert holds({"not": compared(operator, 50)})


def test_S07_known_and_unknown_are_asked_for() -> None:
    known, unknown = {"field": "index", "is": "known"}, {"field": "index", "is": "unknown"}
    assert (holds(known), holds(unknown)) == (False, True)
    assert (holds(known, index=0.0), holds(unknown, index=0.0)) == (True, False)
    assert (holds({"field": "at_risk", "is": "known"}, at_risk=False), holds(known, at_risk=False)) == (True, False)


def test_S07_groups_hold_where_all_or_any_part_does() -> None:
    low, high = compared("lt", 20), compared("gt", 80)
    assert not holds({"all": [low, high]}, index=90.0)
    assert holds({"any": [low, high]}, index=90.0)
    assert holds({"all": [high, {"not": low}]}, index=90.0)
    assert holds(
        {"all": [compared("eq", True, "at_risk"), compared("eq", "price", "cause")]}, at_risk=True, cause="price"
    )
    assert not holds(compared("eq", True, "at_risk"), at_risk=False)


def test_S07_segments_are_told_in_the_order_of_their_ids() -> None:
    bought = rule_of(json.dumps(compared("ge", 1, "purchase_days")))
    segments = Segments(1, tuple(Segment(name, 1, bought) for name in ("b", "a", "C")))
    assert segments.of({**NOTHING, "purchase_days": 1}) == ("C", "a", "b")
    assert segments.of({**NOTHING, "purchase_days": 0}) == ()


def values(name: str) -> st.SearchStrategy[object]:
    """What a field can be held against."""
    kind = CATALOGUE[name]
    of = {
        "number": st.floats(-1e12, 1e12),
        "text": st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=20),
        "flag": st.booleans(),
        "choice": st.sampled_from(kind.values or ("",)),
    }
    return of[kind.type]


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, object]:
    """Any comparison that makes sense."""
    name = draw(st.sampled_from(sorted(CATALOGUE)))
    operator = draw(st.sampled_from(OPERATORS[CATALOGUE[name].type]))
    if operator in ("known", "unknown"):
        return {"field": name, "is": operator}
    value = draw(st.lists(values(name), min_size=1, max_size=3) if operator == "in" else values(name))
    return compared(operator, value, name)


def groups(parts: st.SearchStrategy[dict[str, object]]) -> st.SearchStrategy[dict[str, object]]:
    """Groups of parts."""
    lists = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        *(st.fixed_dictionaries({key: of}) for key, of in (("all", lists), ("any", lists), ("not", parts)))
    )


@given(st.recursive(comparisons(), groups, max_leaves=5))
def test_S07_a_rule_is_kept_as_it_was_told(rule: dict[str, object]) -> None:
    try:
        read = rule_of(json.dumps(rule))
    except ValidationError:
        reject()  # groups within more groups than are looked at
    assert json.loads(text_of(read)) == rule
    assert text_of(rule_of(text_of(read))) == text_of(read)
    assert read.holds(NOTHING) in (True, False)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda part: (
    st.lists(part, max_size=3)
    | st.dictionaries(st.sampled_from(["all", "any", "not", "field", "is", "value"]), part, max_size=3)
)))  # fmt: skip
def test_S07_whatever_is_told_is_a_rule_or_a_problem(told: object) -> None:
    with suppress(ValidationError):
        RULE.validate_python(told)


def test_S07_a_rule_is_as_deep_and_as_wide_as_is_looked_after() -> None:
    rule: dict[str, object] = {"field": "index", "is": "known"}
    for _ in range(LIMITS.depth - 1):
        rule = {"not": rule}
    rule_of(json.dumps(rule))
    with pytest.raises(ValidationError):
        rule_of(json.dumps({"not": rule}))
    part = {"field": "index", "is": "known"}
    rule_of(json.dumps({"all": [part] * (LIMITS.nodes - 1)}))
    with pytest.raises(ValidationError):
        rule_of(json.dumps({"all": [part] * LIMITS.nodes}))


def test_S07_a_card_and_its_json_tell_the_same_fields() -> None:
    card = evaluate([], AS_OF)
    assert fields_told(card.to_json("ann")) == fields_of(card)
    assert fields_of(card).keys() == CATALOGUE.keys()
    assert fields_told({}) == NOTHING


def test_S07_a_rule_names_the_fields_that_it_needs() -> None:
    card = {**evaluate([], AS_OF).to_json("ann"), "index": 70.0}
    either = [compared("lt", 5, "cs.customer_care.score"), compared("gt", 0.9, "p_alive")]
    rule = rule_of(json.dumps({"all": [compared("ge", 50), {"not": {"any": either}}]}))
    assert rule.named() == {"index", "cs.customer_care.score", "p_alive"}
    told = fields_told(card, rule.named())
    assert told.keys() == rule.named()
    assert rule.holds(told)
    assert rule.holds(fields_told(card))


def test_S07_money_is_held_against_the_same_text() -> None:
    for text in ("0.10", "1234567.89", "0.07"):
        assert fields_told({"value": {"clv": text}})["clv"] == json.loads(text)
