"""The satisfaction gap by factor, store, department and segment."""

from typing import Any

from services.scoring.facts.fact import Fact
from services.scoring.membership.segments import Segment, Segments
from services.scoring.studies.satisfaction import Satisfaction
from services.scoring.studies.study import Subject
from shared.events.complaints import ComplaintAssigned
from tests.scoring.metrics.facts import ago, fact, opened
from tests.scoring.metrics.service_facts import survey
from tests.scoring.studies.subjects import at, found, setting, subject


class Nobody:
    """A rule that nobody fulfils."""

    def holds(self, fields: object) -> bool:
        return False


def content(*subjects: Subject, **known: Any) -> dict[str, Any]:
    return found(Satisfaction(setting(**known)), *subjects).content


def assigned(department: str, days: float, case: str = "x") -> Fact:
    """The department owns the case from then on."""
    return fact(ComplaintAssigned(department=department), case, ago(days))


def test_S06_the_gap_is_delivery_less_expectation_by_factor() -> None:
    told = content(
        subject("ann", [survey(ago(5), product=(6, 5), sales=(4, 6), csat=4), survey(ago(6), product=(7, 2))])
    )
    product, sales = told["by"]["factor"]["product"], told["by"]["factor"]["sales"]
    assert product["gap"] == {"value": -3, "n": 2}
    assert (product["expectation"]["value"], product["delivery"]["value"]) == (6.5, 3.5)
    assert (sales["gap"], sales["csat"], sales["surveys"]) == ({"value": 2, "n": 1}, {"value": 100, "n": 1}, 1)
    assert told["all"]["gap"] == {"value": -1.3333, "n": 3}


def test_S06_what_nobody_answered_is_null() -> None:
    told = content(subject("ann", [survey(ago(400), product=(6, 5), csat=5)]))
    assert set(told["by"]["factor"]) == {"product", "sales", "post_purchase", "culture"}
    nothing = {"value": None, "n": 0}
    empty = dict.fromkeys(("gap", "expectation", "delivery", "csat", "nps", "effort"), nothing) | {"surveys": 0}
    assert told["by"]["factor"]["culture"] == told["all"] == empty


def test_S06_csat_nps_and_effort_are_told_beside() -> None:
    said = [survey(ago(days), csat=csat, nps=nps) for days, csat, nps in ((1, 5, 10), (2, 3, 6), (3, 4, 9), (4, 4, 7))]
    told = content(subject("ann", [*said, survey(ago(5), effort=2)]))["all"]
    assert told["surveys"] == 5
    assert (told["csat"], told["nps"]) == ({"value": 75, "n": 4}, {"value": 25, "n": 4})
    assert told["effort"] == {"value": 2, "n": 1}


def test_S06_a_survey_belongs_to_its_own_store() -> None:
    told = content(subject("ann", [*at("1", survey(ago(5), product=(6, 5))), survey(ago(6), product=(6, 1))]))
    assert told["by"]["store"]["1"]["gap"] == {"value": -1, "n": 1}
    assert told["of_none"]["store"] == 1


def test_S06_a_survey_about_a_complaint_belongs_to_the_department_that_owned_it() -> None:
    facts = [
        opened("x", ago(20)),
        assigned("billing", 19),
        assigned("delivery", 18),
        survey(ago(10), about="complaint", product=(6, 2)),
        assigned("legal", 5),
        survey(ago(4), about="purchase", product=(6, 6)),
    ]
    told = content(subject("ann", facts))
    assert list(told["by"]["department"]) == ["delivery"]
    assert told["by"]["department"]["delivery"]["gap"] == {"value": -4, "n": 1}
    assert told["of_none"]["department"] == 1


def test_S06_a_survey_about_a_complaint_that_nobody_owned_belongs_to_no_department() -> None:
    told = content(
        subject("ann", [opened("x", ago(20)), assigned("legal", 5), survey(ago(10), about="complaint", csat=1)])
    )
    assert (told["by"]["department"], told["of_none"]["department"]) == ({}, 1)


def test_S06_a_survey_counts_in_every_segment_of_its_customer() -> None:
    segments = Segments(segments=(Segment("empty", 1, Nobody()),))
    told = content(
        subject("ann", [survey(ago(5), product=(6, 5))], segments=("best", "loyal")),
        subject("bob", [survey(ago(5), product=(6, 3))], segments=("loyal",)),
        subject("cid", [survey(ago(5), product=(1, 7))]),
        segments=segments,
    )
    gaps = {name: group["gap"]["value"] for name, group in told["by"]["segment"].items()}
    assert gaps == {"best": -1, "empty": None, "loyal": -2}
    assert told["of_none"]["segment"] == 1
