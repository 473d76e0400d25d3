"""The profile of a segment and its attractiveness, counted by hand."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from services.scoring.facts.fact import Fact
from services.scoring.membership.segments import Segment, Segments
from services.scoring.studies.attractiveness import attractiveness
from services.scoring.studies.columns import Columns, Words, spread
from services.scoring.studies.segment_profile import SegmentProfile
from services.scoring.studies.study import Subject
from tests.scoring.metrics.facts import ago, answer, consent, contact, exit_stated, line, purchase, reference
from tests.scoring.metrics.facts import spread as distribution
from tests.scoring.metrics.value_facts import modelled
from tests.scoring.studies.people import person
from tests.scoring.studies.subjects import found, setting


class Nobody:
    """A rule that nobody asks here."""

    def holds(self, fields: object) -> bool:
        raise AssertionError("a study is told who is in which segment")


SEGMENTS = Segments(3, (Segment("loyal", 2, Nobody()), Segment("empty", 1, Nobody())))
KNOWN = reference(values={"contribution:USD": distribution(1.0, 2.0, 3.0, 4.0, 5.0)})


def profile(*subjects: Subject) -> dict[str, Any]:
    return found(SegmentProfile(setting(segments=SEGMENTS)), *subjects).content


def spender(name: str, paid: str, category: str = "GROCERY", *more: Fact, **groups: Sequence[str]) -> Subject:
    """A customer who bought once, ten days ago, at an assumed margin of a quarter."""
    told = {side: tuple(segments) for side, segments in groups.items()}
    return person(name, [purchase("p", ago(10), line(category, paid)), *more], KNOWN, **told)


def test_S07_what_the_members_spent_and_in_what() -> None:
    found = profile(
        spender("a", "4.00", "GROCERY", purchase("free", ago(9), line("C1", "0.00")), segments=["loyal"]),
        spender("b", "8.00", "C0", segments=["loyal"]),
        spender("c", "12.00", segments=["loyal"]),
        spender("d", "100.00"),
    )
    loyal = found["segments"]["loyal"]
    assert (loyal["version"], loyal["customers"], loyal["share"]) == (2, 3, 0.75)
    assert loyal["spend"] == {"USD": {"n": 3, "mean": "8.00", "quartiles": ["6.00", "8.00", "10.00"]}}
    assert found["all"]["spend"]["USD"]["mean"] == "31.00"
    assert loyal["purchases"] == {"n": 3, "mean": 1.3333, "quartiles": [1.0, 1.0, 1.5]}
    assert loyal["phases"] == {"acquisition": 2, "retention": 1}
    assert loyal["categories"] == [
        {"category": "GROCERY", "customers": 2, "share": 0.6667},
        {"category": "C0", "customers": 1, "share": 0.3333},
    ]
    assert loyal["cs"]["categories"]["n"] == 3
    assert loyal["bonds"]["financial"]["mean"] == 0.0
    assert "collaboration_integration" not in loyal["cs"], "nothing is known of any of them"
    assert (loyal["clv"], found["best"]) == ({}, None)


def test_S07_nobody_s_profile_is_empty() -> None:
    empty = profile(spender("a", "4.00"))["segments"]["empty"]
    assert (empty["customers"], empty["share"], empty["index"], empty["categories"]) == (0, 0.0, None, [])
    assert empty["attractiveness"]["index"] is None
    assert profile()["all"]["share"] is None


def test_S07_the_best_are_the_fifth_worth_most() -> None:
    known = modelled()
    people = [
        person(f"c{at}", [purchase(f"p{at}-{day}", ago(10 + 7 * day)) for day in range(at + 1)], known)
        for at in range(10)
    ]
    found = profile(*people)
    assert found["best"]["customers"] == 2
    assert found["best"]["purchases"] == {"n": 2, "mean": 9.5, "quartiles": [9.25, 9.5, 9.75]}
    assert found["best"]["clv"]["USD"]["n"] == 2
    assert found["all"]["p_alive"]["n"] == 10


def test_S07_who_entered_and_who_left() -> None:
    stayed = spender("a", "4.00", segments=["loyal"], before=["loyal"])
    entered = [spender(name, "4.00", segments=["loyal"]) for name in "bc"]
    left = spender("d", "4.00", before=["loyal"])
    loyal = profile(stayed, *entered, left)["segments"]["loyal"]
    assert [loyal[name] for name in ("customers", "before", "entered", "left")] == [3, 2, 2, 1]
    assert loyal["attractiveness"]["parts"]["growth"] == 60.0  # 3 of 3 + 2


def test_S07_attractiveness_is_the_mean_of_its_parts() -> None:
    taken = [consent(ago(300)), contact("1", ago(50)), answer("1", ago(49))]
    passed = [consent(ago(300)), contact("1", ago(50))]
    gone = exit_stated(ago(5))
    found = profile(
        spender("a", "4.00", "GROCERY", *taken, segments=["loyal"], before=["loyal"]),
        spender("b", "20.00", "GROCERY", gone, contact("1", ago(50)), segments=["loyal"]),  # never consented
        spender("c", "4.00", "GROCERY", *passed),
        spender("d", "4.00", "GROCERY", *passed, before=["loyal"]),
    )
    attractive = found["segments"]["loyal"]["attractiveness"]
    # Contributions 1 and 5 of five equally frequent: mid-ranks 10 and 90. Of offers all taken, beside a third.
    parts = {"size": 50.0, "growth": 50.0, "contribution": 50.0, "response": 75.0, "safety": 50.0}
    assert attractive == {"index": 55.0, "parts": parts}
    assert found["segments"]["loyal"]["promotions"]["share"] == 1.0
    assert found["segments"]["loyal"]["at_risk"]["share"] == 0.5


def test_S07_what_is_not_known_is_no_part_of_attractiveness() -> None:
    found = attractiveness(0.25, (1, 0), None, (None, 0.5), None)
    assert found["index"] == 62.5  # of size 25 and growth 100
    assert [name for name, part in found["parts"].items() if part is None] == ["contribution", "response", "safety"]
    assert attractiveness(0.25, (1, 0), None, (None, 0.5), 0.2)["parts"]["safety"] == 80.0


def test_S07_columns_keep_gaps() -> None:
    columns, words = Columns(), Words()
    rows: list[dict[str, float | None]] = [{"a": 1.0}, {"b": 2.0}, {"a": 5.0, "b": None}]
    for row, (numbers, told) in enumerate(zip(rows, (["x"], ["x", "y"], []), strict=True)):
        columns.add(numbers)
        words.add(row, told)
    everybody, last = np.ones(3, dtype=np.bool_), np.array([False, False, True])
    assert list(columns.known("a", everybody)) == [1.0, 5.0]
    assert list(columns.known("b", everybody)) == [2.0]
    assert list(columns.known("b", last)) == list(columns.known("nothing", last)) == []
    assert list(columns.known("b", np.array([False, True, False]))) == [2.0]
    assert (words.counted(everybody), words.counted(last)) == ({"x": 2, "y": 1}, {})
    assert spread(columns.known("a", everybody)) == {"n": 2, "mean": 3.0, "quartiles": [2.0, 3.0, 4.0]}


@pytest.mark.parametrize("size", [0, 1])
def test_S07_a_close_of_hardly_anybody_stops_at_nothing(size: int) -> None:
    nobody = replace(spender("a", "4.00"), segments=("loyal",) * size)
    assert profile(*[nobody] * size)["segments"]["loyal"]["customers"] == size
