"""Where no reference held when the last period began, nobody can be told to have been in a segment then."""

from typing import Any

import pytest

from services.scoring.membership.segments import Segment, Segments
from services.scoring.studies.propensity import Propensity
from services.scoring.studies.rates import Rates
from services.scoring.studies.results import Results
from services.scoring.studies.segment_profile import SegmentProfile
from services.scoring.studies.study import NOBODY_KNOWN, Study
from tests.scoring.metrics.facts import ago, purchase
from tests.scoring.studies.people import person
from tests.scoring.studies.subjects import found, setting


class Nobody:
    """A rule that nobody asks here."""

    def holds(self, fields: object) -> bool:
        raise AssertionError("a study is told who is in which segment")


SEGMENTS = Segments(3, (Segment("loyal", 2, Nobody()),))


def told(study: type[Study], *, members_known: bool = True) -> dict[str, Any]:
    """What is found of one customer, who is in the segment by now."""
    made = study(setting(segments=SEGMENTS, members_known=members_known))  # type: ignore[call-arg]
    return found(made, person("asha", [purchase("p", ago(100)), purchase("q", ago(10))], segments=("loyal",))).content


@pytest.mark.parametrize("study", [Results, Propensity, SegmentProfile])
def test_S10_the_reason_is_told_and_no_zeros(study: type[Study]) -> None:
    loyal = told(study, members_known=False)["segments"]["loyal"]
    assert loyal["reason"] == NOBODY_KNOWN
    assert told(study)["segments"]["loyal"].get("reason") is None


def test_S10_what_everybody_brought_is_told_all_the_same() -> None:
    results, propensity = told(Results, members_known=False), told(Propensity, members_known=False)
    assert (results["segments"]["loyal"]["customers"], results["all"]["customers"]) == (None, 1)
    assert (results["all"]["reason"], propensity["all"]["total"]["exposures"]) == (None, 0)
    assert (propensity["segments"]["loyal"]["total"], propensity["window"]["total"]["exposures"]) == (None, 0)
    assert told(Results)["segments"]["loyal"]["customers"] == 0


def test_S07_nobody_is_told_to_have_entered() -> None:
    loyal = told(SegmentProfile, members_known=False)["segments"]["loyal"]
    assert [loyal[name] for name in ("customers", "before", "entered", "left")] == [1, None, None, None]
    assert loyal["attractiveness"]["parts"]["growth"] is None
    assert told(SegmentProfile)["segments"]["loyal"]["entered"] == 1


def test_S06_rates_tell_of_no_segment() -> None:
    assert not any(period["segments"] for period in told(Rates, members_known=False)["periods"])
    assert any(period["segments"] for period in told(Rates)["periods"])
