"""C07: a visit's end or a touchpoint that is told again is the same one."""

from datetime import datetime

from services.scoring.facts.fact import Fact
from services.scoring.metrics.bond_evidence import BONDS, evidence
from services.scoring.metrics.communications import communications
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events.visits import TouchpointKind, TouchpointRecorded, VisitEnded
from tests.scoring.metrics.facts import AS_OF, ago, fact, visit


def spoken(*facts: Fact) -> Metric:
    return communications(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES, None)


def kinds(*facts: Fact) -> list[str]:
    pieces = evidence(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES.bonds)
    return [piece.kind.name for bond in BONDS for piece in pieces[bond]]


def ended(two_way: bool | None, outcome: str | None = None) -> Fact:
    """Every telling is an event of its own."""
    return fact(VisitEnded(channel="store", two_way=two_way, outcome=outcome), "v", ago(9), id=f"{two_way}-{outcome}")


def met(time: datetime, kind: TouchpointKind = "contact", *, two_way: bool = False) -> Fact:
    return fact(TouchpointRecorded(channel="phone", kind=kind, two_way=two_way), "t", time)


def test_C07_an_end_told_again_is_two_way_by_any_telling() -> None:
    begun, plain, talked = visit("v", ago(9)), ended(False, "helped"), ended(True, "helped")
    assert spoken(begun, plain).n == 0
    for other in (plain, ended(None), ended(True), ended(False)):
        for told in ([other, talked], [talked, other]):
            assert (spoken(begun, *told).score, spoken(begun, *told).n) == (100.0, 1)
            assert (spoken(*told).n, kinds(begun, *told)) == (1, ["two-way conversation"])
    assert spoken(begun, ended(False), ended(True)).score == 0.0


def test_C07_an_end_overrules_its_beginning() -> None:
    begun = visit("v", ago(9), two_way=True)
    assert spoken(begun, ended(False), ended(None)).n == 0
    assert spoken(begun, ended(None), ended(None)).n == 1


def test_C07_a_touchpoint_told_again_is_one_piece_of_evidence() -> None:
    assert kinds(met(ago(90), "event"), met(ago(9), "event")) == ["event or community attended"]
    assert kinds(met(ago(90), "joint_review"), met(ago(9), "joint_review")) == ["joint review"]
    assert kinds(met(ago(90), two_way=True), met(ago(9), two_way=True)) == ["two-way conversation"]


def test_C07_a_touchpoint_is_two_way_from_the_telling_that_says_so() -> None:
    talked = met(ago(9), two_way=True)
    pieces = evidence(read([met(ago(90)), talked], AS_OF, DEFAULT_RULES), DEFAULT_RULES.bonds)
    assert [(piece.kind.name, piece.time) for piece in pieces["social"]] == [("two-way conversation", talked.time)]
