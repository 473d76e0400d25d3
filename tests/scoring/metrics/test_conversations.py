"""Communications: conversations anywhere, doubts, and contacts that should not have been."""

from datetime import timedelta

from services.scoring.facts.fact import Fact
from services.scoring.metrics.communications import communications
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.metrics.facts import AS_OF, ago, contact, visit, visit_end
from tests.scoring.metrics.service_facts import doubt, doubt_resolved, touchpoint, violation

MOMENT = timedelta(microseconds=1)


def spoken(*facts: Fact) -> Metric:
    return communications(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES, None)


def test_C07_two_way_touchpoints_are_conversations() -> None:
    assert spoken(touchpoint("a", ago(9))).score == 0.0
    assert spoken(touchpoint("a", ago(9), outcome="helped")).score == 100.0
    assert spoken(touchpoint("a", ago(9), two_way=False, outcome="helped")).score is None
    once = spoken(touchpoint("a", ago(9)), touchpoint("a", ago(8), outcome="helped"))
    assert (once.score, once.n) == (100.0, 1)  # it only began at first


def test_C06_a_doubt_is_concluded_when_resolved() -> None:
    assert spoken(doubt("d", ago(9))).score == 0.0
    assert spoken(doubt("d", ago(9)), doubt_resolved("d", ago(1))).score == 100.0
    assert spoken(doubt("d", ago(9)), doubt_resolved("d", AS_OF)).score == 0.0
    assert spoken(doubt("d", ago(9)), doubt_resolved("d", ago(10))).score == 100.0  # told out of order
    assert spoken(doubt_resolved("d", ago(1))).score is None


def test_S01_communications_by_the_beginning_of_the_conversation() -> None:
    assert spoken(doubt("d", ago(365))).n == 1
    early = ago(365) - MOMENT
    assert spoken(doubt("d", early), touchpoint("a", early), doubt_resolved("d", ago(3))).n == 0


def test_S01_communications_concluded_of_all_that_were_begun() -> None:
    talks = [visit("v", ago(9), two_way=True), visit_end("v", ago(9), "helped")]
    found = spoken(*talks, touchpoint("a", ago(8)), doubt("d", ago(7)), touchpoint("b", ago(6), outcome="sold"))
    assert (found.score, found.inputs["conversations_begun"]) == (50.0, 4)
    assert found.reason == "2 of 4 conversations and doubts led to an outcome."
    assert [fact.subject for fact in found.evidence] == ["b", "d", "a", "v"]


def test_C10_violations_are_shown_and_never_counted() -> None:
    found = spoken(contact("mail", ago(9)), violation(ago(3)), violation(ago(366)))
    assert (found.inputs["violations"], found.inputs["delivered"], found.score) == (2, 0, None)
    assert found.reason == "2 contacts made or tried without consent."
