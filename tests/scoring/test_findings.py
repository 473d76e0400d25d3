"""Findings: immutable, a revision for other content, and for other customers behind the same."""

from datetime import UTC, datetime

from services.scoring.findings import store
from services.scoring.studies.study import Found
from shared.database import raw_connection
from tests.scoring.conftest import Scoring
from tests.support.told import purchase

AS_OF = datetime(2026, 3, 10, tzinfo=UTC)


async def write(scoring: Scoring, found: Found) -> int:
    """Write it as the study `x` of the date."""
    async with raw_connection(scoring.engine) as raw:
        return await store.write(raw, "x", AS_OF, found)


async def behind(scoring: Scoring, last: str = "", limit: int = 10) -> list[str]:
    """Who is behind part `p` of the newest."""
    async with raw_connection(scoring.engine) as raw:
        finding = await store.newest(raw, "x")
        assert finding is not None
        return await store.behind(raw, finding, "p", last, limit)


async def test_S09_the_same_again_adds_no_revision_and_other_customers_do(scoring: Scoring) -> None:
    await scoring.know(*(purchase(name, name) for name in ("ann", "ben", "cem")))
    first = Found({"n": 2}, {"p": ["ben", "ann"]})
    assert [await write(scoring, first), await write(scoring, Found({"n": 2}, {"p": ["ann", "ben"]}))] == [1, 1]
    assert await write(scoring, Found({"n": 2}, {"p": ["ann", "cem"]})) == 2
    assert await behind(scoring) == ["ann", "cem"]
    assert await write(scoring, Found({"n": 3}, {"p": ["ann", "cem"]})) == 3


async def test_S09_those_behind_a_finding_are_read_in_pages(scoring: Scoring) -> None:
    await scoring.know(*(purchase(name, name) for name in ("ann", "ben", "cem")))
    await write(scoring, Found({}, {"p": ["cem", "ann", "ben", "ann"], "q": ["ben"]}))
    assert await behind(scoring, limit=2) == ["ann", "ben"]
    assert await behind(scoring, last="ben") == ["cem"]


async def test_C10_nobody_of_whom_nothing_is_known_is_behind_a_finding(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    await write(scoring, Found({}, {"p": ["ann", "gone"]}))
    assert await behind(scoring) == ["ann"]
