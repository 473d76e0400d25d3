"""What events tell of how ready we are, and of an offer."""

from dataclasses import replace
from typing import Any

import pytest

from services.scoring.membership.segments import Segment, Segments
from services.scoring.studies.offers import Offers
from services.scoring.studies.readiness import PARTS, Readiness
from services.scoring.studies.study import Subject
from shared.events.visits import VisitStarted
from tests.scoring.metrics import dealing_facts as dealing
from tests.scoring.metrics.facts import (
    DAY,
    acknowledged,
    ago,
    answer,
    consent,
    contact,
    fact,
    line,
    opened,
    purchase,
    registered,
    resolved,
    visit,
)
from tests.scoring.metrics.service_facts import done, objective, survey, task
from tests.scoring.studies.subjects import found, setting, subject


class Everybody:
    """A rule that everybody fulfils."""

    def holds(self, fields: object) -> bool:
        return True


def readiness(*subjects: Subject, **known: Any) -> dict[str, Any]:
    return found(Readiness(setting(**known)), *subjects).content


def part(name: str, *subjects: Subject, **known: Any) -> tuple[float | None, int]:
    """The share of one part, and of how many it is."""
    told = readiness(*subjects, **known)
    each = next(each["parts"][name] for each in told.values() if name in each["parts"])
    return each["share"], each["n"]


def test_S11_planning_is_told_by_objectives_with_a_strategy() -> None:
    buys = purchase("b", ago(10))
    ann = subject("ann", [buys, objective("o", ago(20), ago(-20))])
    bob = subject("bob", [buys, objective("o", ago(20), ago(-20), strategy=None)])
    cid = subject("cid", [objective("o", ago(20), ago(-20))])
    assert part("objectives", ann, bob, cid) == (0.5, 2)
    assert part("objectives", bob) == (0, 1)
    assert part("objectives", subject("dan", [buys])) == (None, 1)


def test_S11_planning_is_told_by_who_is_in_a_segment_once_there_are_any() -> None:
    buys = purchase("b", ago(10))
    both = subject("ann", [buys], segments=("best",)), subject("bob", [buys])
    assert part("segments", *both, segments=Segments(segments=(Segment("best", 1, Everybody()),))) == (0.5, 2)
    assert part("segments", *both) == (None, 2)


def test_S11_people_are_told_by_authority_named_staff_and_promises() -> None:
    served = fact(VisitStarted(channel="store", served_by="emp-7"), "v1", ago(5))
    facts = [
        dealing.granted("r1", ago(5)),
        dealing.granted("r2", ago(4), escalated=True),
        dealing.refused("r3", ago(3)),
        served,
        visit("v2", ago(4)),
        dealing.promised("c1", ago(9), ago(7)),
        dealing.met("c1", ago(8)),
        dealing.promised("c2", ago(9), ago(7)),
    ]
    ann = subject("ann", facts)
    assert part("authority", ann) == part("empowered", ann) == (0.3333, 3)
    assert part("staff_named", ann) == (0.5, 2)
    assert part("promises", ann) == (0.5, 2)
    assert readiness(ann)["people"]["score"] == 44.4444
    assert part("staff_named", subject("bob", [visit("v", ago(4))])) == (None, 1)


def test_S11_process_is_told_by_cases_follow_ups_and_control() -> None:
    facts = [
        opened("x", ago(20)),
        acknowledged("x", ago(19.5)),
        resolved("x", ago(19)),
        opened("y", ago(20)),
        task("t", ago(9), ago(7)),
        done("t", ago(8)),
        dealing.planned("s1", ago(9), ago(7)),
        dealing.done("s1", ago(8)),
        dealing.planned("s2", ago(90), ago(70)),
    ]
    ann = subject("ann", facts)
    assert part("cases", ann) == (0.5, 2)
    assert part("follow_ups", ann) == (1, 1)
    assert part("contact_to_cash", ann) == (0.75, 1)  # half of the steps in time, all of them right
    assert readiness(ann)["process"]["score"] == 75


def test_S11_the_platform_is_told_by_coverage_integration_and_late_facts() -> None:
    order = dealing.bill("b1", ago(5), integration_id="i")
    late = purchase("b2", ago(5))
    late = replace(late, recorded=late.time + DAY + DAY)
    ann = subject("ann", [dealing.offered("i", ago(9)), order, late])
    bob = subject("bob", [registered(ago(400))])
    assert ann.card.index.coverage > bob.card.index.coverage
    share, n = part("coverage", ann, bob)
    assert n == 2
    assert share == pytest.approx((ann.card.index.coverage + bob.card.index.coverage) / 2, abs=1e-4)
    assert part("integrated", ann) == (0.5, 2)
    assert part("in_time", ann) == (0.6667, 3)


def test_S11_limitations_are_told_by_bonds_and_surveys() -> None:
    agreed = [dealing.bill(f"b{n}", ago(40 * n), line("GROCERY", "9.00", discount_kind="volume")) for n in (1, 2)]
    ann, bob = subject("ann", [*agreed, survey(ago(5), csat=4)]), subject("bob", [purchase("b", ago(9))])
    assert part("bonds", ann, bob, subject("cid", [registered(ago(9))])) == (0.5, 2)
    assert part("content", ann, subject("dan", [survey(ago(5), csat=3)])) == (0.5, 2)


def test_S11_where_nothing_happened_nothing_is_told() -> None:
    told = readiness()
    assert {dimension: each["score"] for dimension, each in told.items()} == dict.fromkeys(PARTS)
    shares = [share for each in told.values() for share in each["parts"].values()]
    assert shares == [{"share": None, "n": 0}] * len(shares)


def test_S11_an_offer_is_told_by_whom_it_reached_and_what_came_of_it() -> None:
    reached = [consent(ago(90)), contact("18", ago(20))]
    facts = [*reached, answer("18", ago(15)), purchase("a", ago(14))]
    declined = [*reached, answer("18", ago(15), kind="declined")]
    told = found(
        Offers(setting()),
        subject("ann", facts),
        subject("bob", declined),
        subject("cid", reached),
        subject("dan", [contact("18", ago(20))]),
    ).content["18"]
    assert told["aware"] == {"value": 0.75, "n": 4}
    assert told["response"] == {"value": 0.6667, "n": 3}
    assert told["acceptable"] == {"value": 0.5, "n": 2}
    assert told["relationship"] == {"value": 1, "n": 1}
    assert told["returns"] == {"value": None, "n": 0}


def test_S11_an_offer_returns_what_was_let_off_in_the_currency_of_most_bills() -> None:
    bills = [
        dealing.bill("a", ago(9), line("GROCERY", "8.00", listed="10.00"), campaign_id="18"),
        dealing.bill("b", ago(8), line("GROCERY", "10.00"), campaign_id="18"),
        dealing.bill("c", ago(7), line("GROCERY", "1.00", listed="9.00", currency="EUR"), campaign_id="18"),
        purchase("d", ago(6), line("GROCERY", "1.00", listed="9.00")),
    ]
    assert found(Offers(setting()), subject("ann", bills)).content["18"]["returns"] == {"value": 0.1, "n": 2}
