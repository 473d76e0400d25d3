"""Rules tried out (S07): beside other requests, and not too many at once."""

import asyncio
import time
from datetime import timedelta
from itertools import pairwise
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.membership.fields import CATALOGUE
from services.scoring.segments import trial
from services.scoring.segments.models import PreviewAsked
from tests.scoring.conftest import Scoring
from tests.scoring.test_segments import BOUGHT, PATH, RETAINED, evaluated, put
from tests.support.told import NOON, purchase


class Slow:
    """A rule that takes its time with every card, and notes the fields it is shown."""

    def __init__(self) -> None:
        self.shown: set[str] = set()

    def named(self) -> frozenset[str]:
        """One field."""
        return frozenset({"phase"})

    def holds(self, fields: Any) -> bool:
        """Of everybody, later."""
        self.shown |= set(fields)
        time.sleep(0.05)
        return True


async def ticks(of: "asyncio.Task[Any]") -> list[float]:
    """When others had their turn while this ran."""
    found = [time.monotonic()]
    while not of.done():
        await asyncio.sleep(0.005)
        found.append(time.monotonic())
    return found


async def test_S07_a_preview_reads_what_its_rule_names_and_lets_others_through(scoring: Scoring) -> None:
    await scoring.know(*(purchase(f"c{n:03}", f"p{n}") for n in range(40)))
    await evaluated(scoring)
    rule = Slow()
    asked = PreviewAsked.model_construct(rule=cast("Any", rule), segment_id=None)
    async with AsyncSession(scoring.engine) as session:
        task = asyncio.ensure_future(trial.preview(session, asked))
        found = await ticks(task)
    assert (await task).members == 40
    assert max(after - before for before, after in pairwise(found)) < 1, "forty cards take two seconds"
    assert rule.shown == {"phase"} < CATALOGUE.keys()


async def test_S07_only_so_many_previews_run_at_once(scoring: Scoring) -> None:
    with trial.TURNS.one():
        assert (await scoring.client.post(f"{PATH}/preview", {"rule": BOUGHT})).status_code == 200
        with trial.TURNS.one():
            refused = await scoring.client.post(f"{PATH}/preview", {"rule": BOUGHT})
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:elevenfold:problem:too-many-requests")
    assert int(refused.headers["Retry-After"]) > 0
    assert (await scoring.client.post(f"{PATH}/preview", {"rule": BOUGHT})).status_code == 200


async def test_S07_a_preview_that_fails_leaves_its_place(scoring: Scoring) -> None:
    for _ in range(trial.AT_ONCE + 1):
        answer = await scoring.client.post(f"{PATH}/preview", {"rule": BOUGHT, "segment_id": "nobody"})
        assert answer.status_code == 404


async def test_S07_a_preview_holds_its_place_while_it_runs(scoring: Scoring) -> None:
    await scoring.know(*(purchase(f"c{n}", f"p{n}") for n in range(5)))
    await evaluated(scoring)
    answers = await asyncio.gather(*(scoring.client.post(f"{PATH}/preview", {"rule": BOUGHT}) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200, 429}


async def test_S07_a_preview_tells_who_would_be_in(scoring: Scoring) -> None:
    await scoring.know(*(purchase(f"c{n:03}", f"p{n}", paid=f"{n + 1}.00") for n in range(30)))
    await evaluated(scoring)
    plain = (await scoring.client.post(f"{PATH}/preview", {"rule": BOUGHT})).json()
    assert (plain["customers"], plain["members"], plain["entering"], plain["leaving"]) == (30, 30, None, None)
    assert plain["sample"] == [f"c{n:03}" for n in range(20)]
    none = (await scoring.client.post(f"{PATH}/preview", {"rule": {"not": BOUGHT}})).json()
    assert (none["customers"], none["members"], none["sample"]) == (30, 0, [])
    assert not await scoring.fetch("select from app.segments")


async def test_S07_a_preview_of_another_rule_tells_who_would_come_and_go(scoring: Scoring) -> None:
    await scoring.know(*(purchase(name, f"p-{name}") for name in ("ann", "ben", "cid")))
    await scoring.know(purchase("cid", "p2", NOON + timedelta(days=1)))
    await put(scoring, "loyal", RETAINED)
    await evaluated(scoring)
    asked = {"rule": {"field": "phase", "is": "eq", "value": "acquisition"}, "segment_id": "loyal"}
    told = (await scoring.client.post(f"{PATH}/preview", asked)).json()
    assert (told["members"], told["entering"], told["leaving"]) == (2, 2, 1)
    asked["segment_id"] = "nobody"
    assert (await scoring.client.post(f"{PATH}/preview", asked)).status_code == 404
