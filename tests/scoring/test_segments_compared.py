"""Every score also against the customer's segment (S15)."""

from datetime import UTC, datetime, timedelta

from services.scoring.membership.comparison import COMPARED, Spread
from services.scoring.metrics.catalogue import Catalogue
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.scorecard import evaluate
from tests.scoring.conftest import Scoring
from tests.scoring.metrics.facts import AS_OF
from tests.scoring.test_close import close, offer, populate
from tests.scoring.test_segments import BOUGHT, RETAINED, put
from tests.support.told import NOON, purchase

LATER = "2026-03-11T00:00:00Z"
COST = "cost_profitability_value"


async def test_S15_a_card_stands_among_its_segment_and_the_base(scoring: Scoring) -> None:
    await offer(scoring, "GROCERY", "DELI")
    await populate(scoring, 40)
    again = [purchase(f"c{n:02}", f"again{n}", NOON + timedelta(days=1), paid=f"{n + 1}.00") for n in range(20, 40)]
    await scoring.know(*again)
    await put(scoring, "loyal", RETAINED)
    await put(scoring, "buyers", BOUGHT)
    await close(scoring)
    best = await scoring.card("c39", LATER)
    assert best["segments"] == ["buyers", "loyal"]
    assert best["cs"][COST]["percentile"] == 98.75  # 100 x (39 below + half of 1) / 40
    assert best["comparison"]["buyers"][COST] == 98.75
    assert best["comparison"]["loyal"][COST] == 97.5  # 100 x (19 below + half of 1) / 20
    first = await scoring.card("c20", LATER)
    assert (first["cs"][COST]["percentile"], first["comparison"]["loyal"][COST]) == (51.25, 2.5)
    assert set(first["comparison"]["loyal"]) == set(COMPARED)
    assert list((await scoring.card("c00", LATER))["comparison"]) == ["buyers"]


async def test_S15_among_fewer_than_twenty_members_there_is_no_percentile(scoring: Scoring) -> None:
    await populate(scoring, 25)
    await scoring.know(*(purchase(f"c{n:02}", f"again{n}", NOON + timedelta(days=1)) for n in range(19)))
    await put(scoring, "loyal", RETAINED)
    await close(scoring)
    card = await scoring.card("c03", LATER)
    assert card["comparison"] == {"loyal": dict.fromkeys(COMPARED)}
    assert card["cs"]["customer_measurements"]["percentile"] is not None


async def test_S15_a_segment_that_no_close_has_seen_has_no_percentiles(scoring: Scoring) -> None:
    await populate(scoring, 25)
    await close(scoring)
    await put(scoring, "buyers", BOUGHT)
    assert (await scoring.card("c03", LATER))["comparison"] == {"buyers": dict.fromkeys(COMPARED)}


def test_S15_a_reference_tells_its_segments_exactly() -> None:
    spread, card = Spread(), evaluate([], AS_OF)
    spread.add(card, ["a", "b"])
    spread.add(card, ["b"])
    made = Reference(datetime(2026, 1, 1, tzinfo=UTC), 1, Catalogue({}), segments=spread.distributions())
    assert Reference.from_json(made.to_json()) == made
    old = made.to_json()
    del old["segments"]
    assert Reference.from_json(old).segments == {}
