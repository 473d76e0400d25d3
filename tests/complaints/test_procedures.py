"""K06: the procedures of the shop floor, walked every way there is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.complaints.incidents.domain import (
    PROCEDURES,
    OutOfOrderError,
    RefusedError,
    RuleBrokenError,
    minutes_to_intervention,
    options,
    record,
    take,
)
from services.complaints.incidents.procedures.procedure import Said, Standing, StepName
from services.complaints.staff.domain import Role
from shared.events.complaints import IncidentKind
from shared.events.values import ID_PATTERN

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
APPROACH = Said("approach", "franchisee", escorted_aside=True, other_customers_present=False)
OUTSIDE = ["security", "police", "ambulance", "fire_brigade"]
ANYBODY = st.sampled_from([*OUTSIDE, "supervisor", "manager"]) | st.from_regex(ID_PATTERN, fullmatch=True)
NAMES: list[StepName] = [name for part in get_args(StepName) for name in (get_args(part) or (part,))]
STEPS = sorted({name for procedure in PROCEDURES.values() for name in procedure.steps})
MAYBE = st.sampled_from([None, True, False])
MOSTLY = st.sampled_from([True, True, True, False])
"""So that most attempts break one rule alone, and it is that rule which must refuse them."""


def began(kind: IncidentKind, *, sure: bool = True, seen: bool = True) -> Standing:
    return record(kind, START, certain=sure, eye_witness=seen, charged=False)


def walk(incident: Standing, *steps: StepName | Said) -> Standing:
    for step in steps:
        incident = take(incident, step if isinstance(step, Said) else Said(step, called="police"), START)
    return incident


def broken(incident: Standing, said: Said) -> list[str]:
    with pytest.raises(RuleBrokenError) as refused:
        take(incident, said, START)
    return [each.code for each in refused.value.broken]


@pytest.mark.parametrize("kind", ["unpaid_exit", "misbehaviour"])
def test_K06_each_rule_of_an_approach_refuses_by_its_name(kind: IncidentKind) -> None:
    assert take(began(kind), APPROACH, START).approached_at == START
    others: tuple[Role | None, ...] = (None, "manager", "associate")
    for role in others:
        assert broken(began(kind), replace(APPROACH, role=role)) == ["supervisor_only"]
    assert broken(began(kind, sure=False), APPROACH) == ["certain_only"]
    assert broken(began(kind, seen=False), APPROACH) == ["eye_witness_only"]
    for unsafe in (None, True):
        assert broken(began(kind), replace(APPROACH, other_customers_present=unsafe)) == ["never_before_others"]
    for open_floor in (None, False):
        assert broken(began(kind), replace(APPROACH, escorted_aside=open_floor)) == ["always_aside"]
    assert len(broken(began(kind, sure=False, seen=False), Said("approach"))) == 5
    doubted = walk(began(kind), Said("witness", certain=False))
    assert broken(doubted, APPROACH) == ["certain_only"], "who is no longer sure does not approach"
    assert walk(began(kind, sure=False), Said("witness", certain=True), APPROACH).state == "approached"


@pytest.mark.parametrize("path", [
    ["forgot", "escorted_to_billing", "paid"],
    ["pretends_ignorance", "asked_to_recheck", "found", "paid"],
    ["pretends_ignorance", "asked_to_recheck", "denies", "back_room", "politely_informed"],
    ["denies", "back_room", "politely_informed", "paid"],
    ["does_not_want", "goods_collected", "regret_expressed"],
], ids="-".join)  # fmt: skip
def test_K06_each_answer_of_who_left_without_paying_has_its_way(path: list[StepName]) -> None:
    approached = walk(began("unpaid_exit"), APPROACH)
    assert walk(approached, *path, "close").state == "closed"
    for skipped in range(len(path) - 1):
        with pytest.raises(RefusedError):
            walk(approached, *path[:skipped], *path[skipped + 1 :], "close")


def test_K06_who_walks_off_is_not_held() -> None:
    assert walk(began("unpaid_exit"), APPROACH, "denies", "abandoned", "log", "close").state == "closed"
    assert walk(began("unpaid_exit"), "abandoned", "close").state == "closed", "before anybody could approach them"


def test_K06_the_logbook_has_one_entry_of_an_incident() -> None:
    for kind, before in (("unpaid_exit", "let_go"), ("misbehaviour", "abandoned")):
        logged = walk(began(kind), before, "log")  # type: ignore[arg-type]
        with pytest.raises((RefusedError, RuleBrokenError)):
            walk(logged, "log")
    assert broken(walk(began("unpaid_exit"), "let_go", "log"), Said("log")) == ["logged_once"]


def test_K06_where_nobody_is_sure_nobody_is_approached() -> None:
    assert walk(began("unpaid_exit", sure=False), "let_go", "close").state == "closed"
    with pytest.raises(RefusedError):
        walk(began("unpaid_exit"), "let_go", APPROACH)


def test_K06_misbehaviour_ends_in_the_logbook() -> None:
    assisted = walk(began("misbehaviour", sure=False), "call", "call", "intervene", "assist")
    assert broken(assisted, Said("close")) == ["logbook_first"]
    assert walk(assisted, "log", "close").state == "closed"
    assert broken(walk(began("misbehaviour"), "abandoned"), Said("close")) == ["logbook_first"]
    with pytest.raises(RefusedError):
        walk(began("misbehaviour"), "call", "intervene", "log")


def test_K06_our_own_people_intervene_by_an_approach_only() -> None:
    for ours in ("supervisor", "Supervisor", "floor-supervisor", "sue"):
        called = walk(began("misbehaviour", sure=False), Said("call", called=ours))
        for came in (None, ours, "police"):
            assert broken(called, Said("intervene", "customer_service_supervisor", called=came)) == ["approach_first"]
    for outsider in OUTSIDE:
        both = walk(called, Said("call", called=outsider))
        for came in (None, "sue", *(other for other in OUTSIDE if other != outsider)):
            assert broken(both, Said("intervene", "customer_service_supervisor", called=came)) == ["approach_first"]
        assert walk(both, Said("intervene", called=outsider)).intervened_at == START
    assert walk(began("misbehaviour"), APPROACH, Said("intervene")).intervened_at == START


def test_K06_the_options_tell_that_who_intervenes_must_be_named() -> None:
    [option] = [each for each in options(walk(began("misbehaviour"), "call")) if each.step == "intervene"]
    assert (option.why_not, list(option.demands)) == ({}, ["billed_at_the_counter_only", "approach_first"])


@pytest.mark.parametrize("step", sorted(PROCEDURES["breakage"].steps))
def test_K06_breakage_is_never_charged_at_any_step(step: StepName) -> None:
    for before in (["assist", "clean_up", "replace", "regret", "log", "close"][:count] for count in range(7)):
        incident = walk(began("breakage"), *before)  # type: ignore[arg-type]
        assert broken(incident, Said(step, charged=True)) == ["never_charge_for_breakage"]
    with pytest.raises(RuleBrokenError):
        record("breakage", START, certain=True, eye_witness=True, charged=True)


def test_K06_minutes_to_the_intervention_are_counted_from_the_incident() -> None:
    at = START + timedelta(minutes=7, seconds=30)
    incident = walk(began("misbehaviour"), "call", Said("intervene", at=at, called="police"))
    assert minutes_to_intervention(incident.occurred_at, incident.intervened_at) == 7.5
    assert minutes_to_intervention(START, None) is None
    with pytest.raises(OutOfOrderError):
        walk(incident, Said("assist", at=at - timedelta(seconds=1)))


def test_K06_no_step_of_a_procedure_is_without_a_name_or_a_way_to_it() -> None:
    assert set(STEPS) == set(NAMES)
    for kind, procedure in PROCEDURES.items():
        reached = {"recorded"} | {after for move in procedure.steps.values() for after in move.leads.values()}
        assert {before for move in procedure.steps.values() for before in move.leads} == reached - {"closed"}, kind


class Floor(RuleBasedStateMachine):
    """Anybody tells any step of any procedure, with anything said of it; a plain record of what went through."""

    @initialize()
    def first(self) -> None:
        self.begin("unpaid_exit", sure=True, seen=True)

    @rule(kind=st.sampled_from(list(PROCEDURES)), sure=MOSTLY, seen=MOSTLY)
    def begin(self, kind: IncidentKind, sure: bool, seen: bool) -> None:
        self.incident = began(kind, sure=sure, seen=seen)
        self.sure, self.seen, self.taken = sure, seen, list[Said]()

    @rule(
        step=st.sampled_from(STEPS),
        role=st.sampled_from((*get_args(Role), None)),
        aside=MAYBE,
        others=MAYBE,
        sure=MAYBE,
        seen=MAYBE,
        called=ANYBODY,
        charged=st.sampled_from([False, False, False, True]),
    )
    def tell(self, step: StepName, role: Role | None, called: str, charged: bool, **said: bool | None) -> None:
        told = Said(step, role, None, said["aside"], said["others"], called=called, charged=charged)
        if step == "witness":
            told = replace(told, certain=said["sure"], eye_witness=said["seen"])
        self.attempt(told)

    @rule(kind=st.sampled_from(["unpaid_exit", "misbehaviour"]), lacks=st.integers(0, 5))
    def approach(self, kind: IncidentKind, lacks: int) -> None:
        """At once, with one demand that is not kept, or none."""
        self.begin(kind, sure=lacks != 1, seen=lacks != 2)
        role: Role = "associate" if lacks == 3 else "franchisee"
        self.attempt(Said("approach", role, escorted_aside=lacks != 4, other_customers_present=lacks == 5))

    @rule(called=ANYBODY, came=st.none() | ANYBODY)
    def call(self, called: str, came: str | None) -> None:
        """Somebody, and somebody intervenes."""
        self.begin("misbehaviour", sure=True, seen=True)
        self.attempt(Said("call", called=called))
        self.attempt(Said("intervene", called=called if came is None else came))

    @rule(pick=st.integers(0, 20))
    def go_on(self, pick: int) -> None:
        """A step that is allowed now, so that long ways are walked too."""
        if ways := [option.step for option in options(self.incident) if not option.why_not]:
            outsiders = sorted(self.incident.called.intersection(OUTSIDE)) or ["police"]
            said = replace(APPROACH, step=ways[pick % len(ways)], called=outsiders[0])
            before = self.incident
            self.attempt(said)
            assert self.incident is not before, "what is called allowed is so for who keeps its demands"

    def attempt(self, said: Said) -> None:
        before = self.incident
        try:
            self.incident = take(before, said, START)
        except (RefusedError, RuleBrokenError):
            return
        if said.step == "approach":
            assert said.role in {"franchisee", "customer_service_supervisor"}
            assert self.sure
            assert self.seen
            assert said.escorted_aside is True
            assert said.other_customers_present is False
        steps = [each.step for each in self.taken]
        if said.step == "intervene" and "approach" not in steps:
            assert said.called in OUTSIDE
            assert said.called in [each.called for each in self.taken if each.step == "call"]
        self.sure = self.sure if said.certain is None else said.certain
        self.seen = self.seen if said.eye_witness is None else said.eye_witness
        self.taken.append(said)

    @invariant()
    def nothing_forbidden_happened(self) -> None:
        steps = [said.step for said in self.taken]
        assert not any(said.charged for said in self.taken)
        if self.incident.kind != "unpaid_exit" and self.incident.state == "closed":
            assert "log" in steps
        if self.incident.kind == "unpaid_exit" and set(steps) - {"witness", "let_go", "abandoned", "log", "close"}:
            assert steps.count("approach") == 1, "whatever is done with a customer begins with an approach"
        assert steps.count("log") <= 1


TestFloor = Floor.TestCase
