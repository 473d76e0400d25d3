"""Explanations: every step is arithmetic that comes to its result, and the last to the number on the card."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from services.scoring.explanations.every import MOST, SCORES, explain
from services.scoring.explanations.explanation import Basis, Explanation
from services.scoring.facts.fact import Fact
from services.scoring.metrics.course import Phase
from services.scoring.metrics.history import read
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.scorecard import score
from tests.properties.histories import HISTORIES
from tests.properties.test_scorecard import REFERENCES
from tests.scoring.explanations.arithmetic import evaluate, number
from tests.scoring.explanations.rich import BILLS, KNOWN, OBJECTIVES, REFERENCE, RICH
from tests.scoring.metrics.facts import AS_OF, ago, purchase

PHASES = {str(phase): at for at, phase in enumerate(Phase)}


def basis_of(facts: list[Fact], reference: Reference | None, as_of: datetime = AS_OF) -> Basis:
    history = read(facts, as_of, DEFAULT_RULES)
    return Basis(history, score(history, DEFAULT_RULES, reference), DEFAULT_RULES, reference)


def on_card(name: str, card: dict[str, Any]) -> Any:
    """The number of that name, where the card has it."""
    if name in card["cs"]:
        return card["cs"][name]["score"]
    if name.startswith("bonds."):
        return card["bonds"][name.removeprefix("bonds.")]["strength"]
    found = {"value": card["value"]["clv"], "defection": card["defection"]["at_risk"]}
    return found[name] if name in found else card[name]


def same(found: Any, told: Any) -> bool:
    """Money and what is rounded to the digit; else but for the last bits of a float."""
    if isinstance(told, list):
        return len(found) == len(told) and all(map(same, found, told))
    if isinstance(told, Decimal) and isinstance(found, float):
        return found == float(told)
    return bool(found == told) or (isinstance(told, float) and float(found) == pytest.approx(told, rel=1e-9))


def check(made: Explanation, card: dict[str, Any]) -> None:
    """What holds of every explanation."""
    assert made.value == on_card(made.score, card)
    for step in made.steps:
        assert same(evaluate(step.expression, step.numbers), number(step.result)), step
    if made.value is None:
        assert not made.steps or made.steps[-1].name not in ("score", made.score)
        assert made.known_when
    else:
        assert made.steps[-1].result == PHASES.get(str(made.value), made.value)
        assert made.facts_used or made.value in (0, False)
    assert made.facts_used >= len(made.facts) == min(MOST, made.facts_used)
    assert all(earlier.time <= later.time for later, earlier in zip(made.facts, made.facts[1:], strict=False))
    assert made.facts_used == 0 or made.rules


@pytest.mark.parametrize("name", SCORES)
def test_S01_explain_comes_to_the_number_on_the_card(name: str) -> None:
    basis = basis_of(RICH, REFERENCE)
    made = explain(name, "ann", basis)
    assert made.value is not None, made.reason
    check(made, basis.card.to_json("ann"))


@pytest.mark.parametrize("name", SCORES)
def test_S01_explain_does_so_when_the_evidence_has_faded(name: str) -> None:
    basis = basis_of(RICH, REFERENCE, ago(-270))
    check(explain(name, "ann", basis), basis.card.to_json("ann"))


def test_S01_explain_tells_the_default_objectives_where_nobody_set_any() -> None:
    unset = [fact for fact in RICH if fact not in OBJECTIVES]
    own, usual = basis_of(unset, REFERENCE), basis_of(BILLS[:3], REFERENCE)
    for basis, numbers in ((own, {"below", "above", "beyond"}), (usual, {"usual"})):
        made = explain("customer", "ann", basis)
        check(made, basis.card.to_json("ann"))
        assert [step.name for step in made.steps][:2] == ["limit", "rhythm"]
        assert made.steps[0].numbers.keys() == numbers | {"least", "factor"}


@pytest.mark.parametrize("name", SCORES)
def test_S01_explain_says_of_what_is_not_known_what_had_to_be(name: str) -> None:
    basis = basis_of([], None)
    made = explain(name, "ann", basis)
    check(made, basis.card.to_json("ann"))
    assert made.value is None or name == "defection"
    assert made.reason
    assert made.known_when


@given(HISTORIES, REFERENCES)
@settings(max_examples=200, deadline=None)
def test_S01_explain_does_so_whatever_happened(facts: list[Fact], reference: Reference | None) -> None:
    basis = basis_of(facts, reference)
    card = basis.card.to_json("ann")
    for name in SCORES:
        check(explain(name, "ann", basis), card)


@pytest.mark.parametrize(("name", "symbol", "total"), KNOWN)
def test_S01_explain_lists_facts_that_add_up(name: str, symbol: str, total: str) -> None:
    made = explain(name, "ann", basis_of(RICH, REFERENCE))
    told = [number(use.numbers[symbol]) for use in made.facts if symbol in use.numbers]
    sums = {step.name: number(step.numbers[total]) for step in made.steps if total in step.numbers}
    wanted = [sums[each] for each in sums if each != "score"] or list(sums.values())
    assert told
    assert _sum(told) == _sum(wanted)


def _sum(numbers: Any) -> Any:
    return sum(map(_sum, numbers)) if isinstance(numbers, list) else numbers


def test_S01_explain_shows_the_latest_facts_of_many() -> None:
    facts = [replace(purchase(f"p{at}", ago(1 + at / 10)), id=str(at)) for at in range(MOST + 5)]
    made = explain("categories", "ann", basis_of(facts, REFERENCE))
    assert (made.facts_used, len(made.facts), made.facts[0].subject) == (MOST + 5, MOST, "p0")
