"""The close: a reference from the whole population, written once, asked for over REST."""

import asyncio
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from services.scoring.close.job import CloseWorker
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events.reference import CategoryOffered
from tests.scoring.conftest import Scoring
from tests.support.told import NOON, purchase, told

AS_OF = "2026-03-10T00:00:00Z"
HELD = """
    select from pg_locks join pg_database on pg_database.oid = pg_locks.database
    where locktype = 'advisory' and datname = current_database()
"""

BROKEN = {
    "contribution": "update facts set data = '{}' where customer_id = 'c01'",
    "evaluate": """
        insert into facts select customer_id, source, 'broken', time, recorded, 'crm.survey.answered.v1', 'broken',
            store_id, '{}' from facts where customer_id = 'c01'
    """,
}
"""What nobody can read: of a purchase, which both parts of a close need; of a survey, which only cards need."""


async def offer(scoring: Scoring, *categories: str) -> None:
    """Offer categories since 2016, with a quarter of their price as margin."""
    for category in categories:
        payload = CategoryOffered.model_validate({"offered_from": "2016-01-01", "assumed_margin": "0.25"})
        await scoring.know(told(payload, f"category:{category}", category))


async def looked(scoring: Scoring) -> None:
    """Let the consumer have looked at its topic, and found nothing to read."""
    await scoring.execute(
        "insert into offsets values ('crm.visits', 0, 0, 0, null, now() + interval '1 hour') on conflict do nothing"
    )


async def close(scoring: Scoring, as_of: str = AS_OF) -> dict[str, object]:
    """Ask for a close, let it be done, and read it; the consumer is taken to have looked at its topic."""
    await looked(scoring)
    asked = await scoring.client.post("/v1/close", {"as_of": as_of})
    assert asked.status_code == 201, asked.text
    assert await CloseWorker(scoring.engine, DEFAULT_RULES).work()
    done: dict[str, object] = (await scoring.client.get(asked.headers["Location"])).json()
    return done


def left_out() -> float:
    """How many customers closes have left out so far."""
    return REGISTRY.get_sample_value("close_failures_total") or 0


async def populate(scoring: Scoring, size: int = 25) -> None:
    """Customers c00, c01 … who each spent one dollar more than the one before."""
    await scoring.know(*(purchase(f"c{n:02}", f"p{n}", paid=f"{n + 1}.00") for n in range(size)))


async def test_S15_a_close_makes_percentiles_of_the_population(scoring: Scoring) -> None:
    await offer(scoring, "GROCERY", "DELI")
    await populate(scoring)
    before = (await scoring.card("c24", AS_OF))["cs"]["cost_profitability_value"]
    assert before["score"] is None
    done = await close(scoring)
    assert (done["state"], done["customers"], done["revision"]) == ("done", 25, 1)
    cost = (await scoring.card("c24", AS_OF))["cs"]["cost_profitability_value"]
    assert cost["inputs"]["contribution_percentile"] == pytest.approx(98.0)  # 100 x (24 below + half of 1) / 25
    assert (await scoring.card("c24", AS_OF))["reference"] == {"as_of": AS_OF, "revision": 1}


async def test_S15_a_close_with_nothing_new_adds_no_revision(scoring: Scoring) -> None:
    await populate(scoring)
    assert [(await close(scoring))["revision"] for _ in range(2)] == [1, 1]
    await scoring.know(purchase("c00", "late", NOON - timedelta(days=1)))
    assert (await close(scoring))["revision"] == 2


async def test_S15_a_card_keeps_to_the_reference_of_its_date(scoring: Scoring) -> None:
    await populate(scoring)
    await close(scoring, "2026-03-10T00:00:00Z")
    card = await scoring.card("c03", "2026-03-12T00:00:00Z")
    await close(scoring, "2026-03-20T00:00:00Z")
    assert await scoring.card("c03", "2026-03-12T00:00:00Z") == card
    later = await scoring.card("c03", "2026-03-21T00:00:00Z")
    assert later["reference"] == {"as_of": "2026-03-20T00:00:00Z", "revision": 1}


async def test_S15_a_close_makes_every_card_due(scoring: Scoring) -> None:
    await populate(scoring, 3)
    while await scoring.evaluator.evaluate_some():
        continue
    await close(scoring)
    assert (await scoring.client.get("/v1/status")).json()["due"] == 3
    await scoring.evaluator.evaluate_some()
    status = (await scoring.client.get("/v1/status")).json()
    assert (status["due"], status["last_close"]["as_of"]) == (0, AS_OF)


async def test_S15_cards_that_are_merely_due_wait_for_a_close(scoring: Scoring) -> None:
    await populate(scoring, 3)
    while await scoring.evaluator.evaluate_some():
        continue
    await close(scoring)
    await scoring.client.post("/v1/close", {"as_of": "2026-03-11T00:00:00Z"})
    assert await scoring.evaluator.evaluate_some() == 0
    await scoring.know(purchase("c00", "news", NOON + timedelta(hours=1)))
    assert await scoring.evaluator.evaluate_some() == 1, "news is not made to wait"
    assert await CloseWorker(scoring.engine, DEFAULT_RULES).work()
    assert await scoring.evaluator.evaluate_some() == 3


async def test_S15_a_close_waits_for_the_facts_before_its_start(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.scoring.close.job.PATIENCE_S", 0.5)
    await populate(scoring, 3)
    await scoring.execute("insert into offsets values ('crm.purchases', 0, 5, 9, now(), null)")
    assert (await close(scoring))["state"] == "failed", "nobody has looked at the topic"
    await scoring.execute("update offsets set observed_at = now() + interval '1 hour'")
    behind = await close(scoring)
    assert (behind["state"], behind["error"]) == ("failed", "the facts were not in after 0 s")
    await scoring.execute("update offsets set next_offset = 9")
    assert (await close(scoring))["state"] == "done"


async def test_S15_a_close_that_is_stopped_is_begun_again_by_the_next_worker(scoring: Scoring) -> None:
    await populate(scoring, 3)
    address = (await scoring.client.post("/v1/close", {"as_of": AS_OF})).headers["Location"]
    stop = asyncio.Event()
    working = asyncio.ensure_future(CloseWorker(scoring.engine, DEFAULT_RULES).run(stop))
    async with asyncio.timeout(10):
        while (await scoring.client.get(address)).json()["state"] != "running":
            await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(working, 1)
    left = (await scoring.client.get(address)).json()
    assert (left["state"], left["finished_at"], left["error"]) == ("running", None, None)
    assert await scoring.fetch(HELD) == []
    await looked(scoring)
    assert await CloseWorker(scoring.engine, DEFAULT_RULES).work()
    assert (await scoring.client.get(address)).json()["state"] == "done"


@pytest.mark.parametrize("part", ["contribution", "evaluate"])
async def test_S15_a_customer_who_can_not_be_evaluated_stops_no_close(part: str, scoring: Scoring) -> None:
    await populate(scoring, 3)
    await scoring.execute(BROKEN[part])
    before = left_out()
    done = await close(scoring)
    assert (done["state"], done["customers"]) == ("done", 2)
    assert left_out() == before + 1


@pytest.mark.parametrize(
    "body", [{"as_of": "2099-01-01T00:00:00Z"}, {"as_of": "2026-03-10T00:00:00"}, {}, {"as_of": 5}]
)
async def test_S15_a_close_that_can_not_be_asked_for(scoring: Scoring, body: dict[str, object]) -> None:
    answer = await scoring.client.post("/v1/close", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/as_of"
    assert (await scoring.client.get("/v1/closes")).json()["items"] == []


async def test_S15_a_close_asked_for_at_once_is_one(scoring: Scoring) -> None:
    asked = await asyncio.gather(*(scoring.client.post("/v1/close", {"as_of": AS_OF}) for _ in range(20)))
    assert len({answer.json()["id"] for answer in asked}) == 1
    assert sorted({answer.status_code for answer in asked}) == [200, 201]


async def test_W06_a_token_bound_to_stores_does_not_close_or_read_everybody(scoring: Scoring) -> None:
    bound = scoring.client.issuer.token(stores=["330"])
    assert (await scoring.client.post("/v1/close", {"as_of": AS_OF}, bearer=bound)).status_code == 403
    for path in ("/v1/scorecards", "/v1/closes", "/v1/closes/x", "/v1/generations", "/v1/generations/1"):
        assert (await scoring.client.get(path, bearer=bound)).status_code == 403


async def test_S15_only_an_administrator_may_close(scoring: Scoring) -> None:
    reader = scoring.client.issuer.token(["scoring:read", "scoring:write"])
    answer = await scoring.client.post("/v1/close", {"as_of": AS_OF}, bearer=reader)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:elevenfold:problem:forbidden")
