"""Risk: one definition for cards and for what looks back; and the moment at which it sets in."""

from datetime import datetime, timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.causes import Cause
from services.scoring.metrics.defection import Defection, defection
from services.scoring.metrics.history import History, read
from services.scoring.metrics.population_rules import ValueRules
from services.scoring.metrics.review import next_review_at
from services.scoring.metrics.risk import at_risk, gone, turns
from services.scoring.metrics.rules import DEFAULT_RULES, Rules
from services.scoring.metrics.value import alive
from tests.scoring.metrics.facts import AS_OF, DAY, ago, exit_stated, opened, purchase
from tests.scoring.metrics.value_facts import MODEL, modelled

MOMENT = timedelta(microseconds=1)
FADING = [purchase("a", ago(201)), purchase("b", ago(195)), purchase("c", ago(189)), purchase("d", ago(183))]
"""Three gaps tell no limit of their own; the model alone does not expect them back."""
SILENT = [purchase(f"p{at}", ago(100 + 20 * at)) for at in range(5)]
"""Four gaps of 20 days: a limit of 40."""


def known(*facts: Fact, as_of: datetime = AS_OF) -> History:
    return read(facts, as_of, DEFAULT_RULES)


def leaving(*facts: Fact) -> Defection:
    return defection(known(*facts), DEFAULT_RULES, modelled())


def test_S04_a_low_probability_alive_is_a_risk_and_no_defection_yet() -> None:
    found = leaving(*FADING)
    assert found.p_alive is not None
    assert found.p_alive < 0.30
    assert (found.at_risk, found.defected, found.cause) == (True, False, Cause.UNKNOWN)
    assert found.reason == (
        "Last bought 183 days ago; too few purchase days to know a rhythm, but alive with only "
        f"{100 * found.p_alive:.0f} % probability; the cause is unknown."
    )
    assert leaving(*FADING, opened("c", ago(190))).cause is Cause.SERVICE
    assert not defection(known(*FADING), DEFAULT_RULES).at_risk, "nobody fitted a model"


def test_S04_the_reason_tells_which_of_the_three() -> None:
    assert leaving(*FADING, exit_stated(ago(5))).reason.startswith("The customer said that they leave")
    silent = leaving(*SILENT)
    assert (silent.at_risk, silent.defected) == (True, True)
    assert silent.reason == "Last bought 100 days ago, over the usual limit of 40 days; the cause is unknown."
    calm = leaving(purchase("p", ago(5)))
    assert (calm.at_risk, calm.reason) == (False, "Last bought 5 days ago; too few purchase days to know a rhythm.")
    assert leaving(*SILENT).to_json()["p_alive"] == round(silent.p_alive or 0, 4)
    assert defection(known(*SILENT), DEFAULT_RULES).to_json()["p_alive"] is None


def test_S04_the_limit_of_probability_is_a_rule() -> None:
    history = known(*FADING)
    p = alive(history, AS_OF, modelled()) or 0
    for limit, risk in ((p, False), (p + 1e-9, True)):
        rules = Rules(version="test", value=ValueRules(alive=limit))
        assert at_risk(history, AS_OF, rules, modelled()) is risk
        assert defection(history, rules, modelled()).at_risk is risk


@pytest.mark.parametrize("days", [0, 5, 40, 59, 60, 60.5, 99.9, 100, 140.1, 182, 183, 190, 400])
def test_S04_looking_back_tells_what_a_card_told_then(days: float) -> None:
    facts = [*SILENT, *FADING, exit_stated(ago(60)), purchase("back", ago(40.5))]
    history, then = known(*facts), known(*facts, as_of=ago(days))
    told = defection(then, DEFAULT_RULES, modelled())
    assert gone(history, ago(days), DEFAULT_RULES) is told.defected
    assert at_risk(history, ago(days), DEFAULT_RULES, modelled()) is told.at_risk
    assert alive(history, ago(days), modelled()) == told.p_alive


def test_S04_looking_back_sees_exits_silence_and_comebacks() -> None:
    history = known(*SILENT, exit_stated(ago(95)), purchase("back", ago(40)))
    times = (ago(96), ago(95), ago(95) + MOMENT, ago(40), ago(40) + MOMENT)
    assert [gone(history, at, DEFAULT_RULES) for at in times] == [False, False, True, True, False]
    quiet = known(*SILENT)
    assert [gone(quiet, at, DEFAULT_RULES) for at in (ago(60), ago(60) + MOMENT)] == [False, True]
    assert not gone(known(), AS_OF, DEFAULT_RULES)
    assert gone(known(exit_stated(ago(3))), AS_OF, DEFAULT_RULES)
    assert gone(known(purchase("p", ago(5)), exit_stated(ago(5))), AS_OF, DEFAULT_RULES), "leaving goes last"
    back = known(*SILENT, purchase("back", ago(40)))
    assert gone(back, ago(59), DEFAULT_RULES), "the gap of 60 days was not yet one of their own"


@pytest.mark.parametrize("hours", [0, 1, 15, 23.999])
def test_S04_a_card_is_due_at_the_midnight_at_which_probability_falls_below(hours: float) -> None:
    facts = [purchase(f"p{at}", ago(45 - 5 * at - hours / 24)) for at in range(4)]
    due = [turn for turn in turns(known(*facts), DEFAULT_RULES, modelled()) if turn.time() == datetime.min.time()]
    assert len(due) == 1
    assert due[0] > AS_OF

    def risk(as_of: datetime) -> bool:
        return defection(known(*facts, as_of=as_of), DEFAULT_RULES, modelled()).at_risk

    assert [risk(due[0] - MOMENT), risk(due[0])] == [False, True]
    assert next_review_at(known(*facts, as_of=due[0] - 2 * DAY), DEFAULT_RULES, modelled()) == due[0]


def test_S04_a_probability_that_falls_later_than_the_review_is_no_turn() -> None:
    assert turns(known(purchase("p", ago(5))), DEFAULT_RULES, modelled()) == []
    assert turns(known(), DEFAULT_RULES, modelled()) == []


def test_S04_somebody_who_bought_once_fades_by_the_modified_law_alone() -> None:
    once = [alive(known(purchase("p", ago(days))), AS_OF, modelled()) for days in (1, 30, 90, 365)]
    assert once == sorted((p or 0 for p in once), reverse=True)
    assert once[0] == pytest.approx(MODEL.mbg.b / (MODEL.mbg.a + MODEL.mbg.b), abs=1e-9)
