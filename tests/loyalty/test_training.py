"""L07: models of what is bought together: what is learned, from whom, and when."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from services.loyalty.suggestions import due
from services.loyalty.suggestions.asking import ask
from services.loyalty.suggestions.due import train
from services.loyalty.suggestions.ranking import Neighbour, Scored, in_turn, summed
from services.loyalty.suggestions.training import LEAST_BUYERS, NEIGHBOURS, Bought, Learned, learn
from shared.database import open_engine
from shared.outbox import Transaction
from tests.loyalty.bills import rows
from tests.loyalty.learning import ago, bought, look, planted, trained
from tests.support.client import Client

MODELS = "/v1/suggestion-models"
TOGETHER = "select item, other, round(similarity::numeric, 3)::float, support from bought_together where kind = "
MERGES = """
    insert into aliases (id, merged_into, told_at)
    values ('ann-1', 'ann-0', now()), ('ann-0', 'anna', now()), ('ann-9', null, now())
"""
KEPT = "select distinct model_id from bought_together union all select distinct model_id from often_bought order by 1"
PAIRS = st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=60)


def taken(pairs: Sequence[tuple[int, int]]) -> Bought:
    found = Bought()
    for customer, item in pairs:
        found.add(f"c{customer}", f"i{item}")
    return found


@given(PAIRS)
def test_L07_similarities_are_the_cosines_of_who_bought(pairs: set[tuple[int, int]]) -> None:
    buyers: dict[str, set[int]] = {}
    for customer, number in pairs:
        buyers.setdefault(f"i{number}", set()).add(customer)
    learned = learn(taken(sorted(pairs)))
    assert learned.customers == len({customer for customer, _ in pairs})
    assert learned.buyers == {item: len(who) for item, who in buyers.items() if len(who) >= LEAST_BUYERS}
    cosines: dict[tuple[str, str], Any] = {
        (item, other): (pytest.approx(both / (len(who) * len(them)) ** 0.5), both)
        for item, who in buyers.items()
        for other, them in buyers.items()
        if item != other and (both := len(who & them)) >= LEAST_BUYERS
    }
    assert {(each.item, each.other): (each.similarity, each.support) for each in learned.neighbours} == cosines


def test_L07_an_item_has_so_many_neighbours_and_the_most_bought_are_learned() -> None:
    pairs = [(customer, item) for customer in range(5) for item in range(40)] + [(5, 7), (5, 8)]
    learned = learn(taken(pairs))
    assert {len([each for each in learned.neighbours if each.item == item]) for item in learned.buyers} == {NEIGHBOURS}
    assert learn(taken(pairs), most=2).buyers == {"i7": 6, "i8": 6}
    assert learn(taken(list(reversed(pairs)))).neighbours == learned.neighbours, "in whatever order it is told"


def test_L07_scores_are_summed_and_say_of_what() -> None:
    near = [Neighbour("a", "x", 0.5, 9), Neighbour("b", "x", 0.7, 4), Neighbour("a", "y", 0.9, 5)]
    best, next_best = summed(near)
    assert best == Scored("x", 0.7 + 0.5, ("b", "a"), 4)
    assert next_best == Scored("y", 0.9, ("a",), 5)
    assert list(in_turn([1, 4], [], [2], [3, 5, 6])) == [1, 2, 3, 4, 5, 6]


async def test_L07_a_model_is_learned_from_customers_not_from_sales(loyalty: Client) -> None:
    await planted(loyalty, {"ann": ["SHOES/boots", "CARE/wax"], "ben": ["SHOES/boots", "FOOD/tea"]})
    await bought(loyalty, "ann-0", "SHOES/boots", days=3)  # again: somebody counts once
    await bought(loyalty, "eve", "SHOES/boots", "CARE/wax", days=400)  # more than a year ago
    await bought(loyalty, "eve", "SHOES/boots", "CARE/wax", days=-0.5)  # after the model's date
    for _ in range(3):
        await bought(loyalty, None, "CARE/wax", "FOOD/tea")  # type: ignore[arg-type]
    model = await trained(loyalty)
    assert (model["state"], model["customers"], model["products"], model["version"]) == ("ready", 8, 3, 3)
    near = await rows(loyalty, TOGETHER + "'product' order by 1, 2")
    assert near == [("boots", "tea", 0.707, 4), ("boots", "wax", 0.707, 4), ("tea", "boots", 0.707, 4),
                    ("wax", "boots", 0.707, 4)]  # fmt: skip
    categories = await rows(loyalty, TOGETHER + "'category' order by 1, 2")
    assert [row[:2] for row in categories][:2] == [("CARE", "SHOES"), ("FOOD", "SHOES")]
    often = await rows(loyalty, "select item, category, buyers from often_bought where kind = 'product' order by 1")
    assert often == [("boots", "SHOES", 8), ("tea", "FOOD", 4), ("wax", "CARE", 4)]


async def test_L07_what_came_back_whole_was_not_bought_and_the_merged_are_one(loyalty: Client) -> None:
    for number in range(4):
        made = await bought(loyalty, f"ann-{number}", "SHOES/boots", "CARE/wax")
        if number == 3:
            back = {"occurred_at": ago(5), "reason": "unwanted", "lines": [{"line": 2, "quantity": "2"}]}
            back["lines"][0]["refund_amount"] = "9.50"  # type: ignore[index]
            returned = await loyalty.post(f"/v1/purchases/{made['id']}/returns", back)
            assert returned.status_code == 201, returned.text
    assert (await trained(loyalty))["state"] == "ready"
    assert {row[3] for row in await rows(loyalty, TOGETHER + "'product'")} == {3}
    await rows(loyalty, MERGES)
    model = await trained(loyalty)
    assert (model["customers"], model["products"]) == (3, 1), "two of the four are one, and wax has two buyers"


async def test_L07_a_model_is_asked_for_once_and_trained_once(loyalty: Client) -> None:
    asked = {"id": "m1", "as_of": ago(1)}
    first, again = await loyalty.post(MODELS, asked), await loyalty.post(MODELS, asked)
    assert (first.status_code, again.status_code, first.json()["state"]) == (201, 200, "waiting")
    assert (await loyalty.post(MODELS, asked | {"as_of": ago(2)})).status_code == 409
    done = await asyncio.gather(look(loyalty), look(loyalty))
    assert sum(done) == 1, "the other passes it by"
    found = (await loyalty.get(f"{MODELS}/m1")).json()
    assert (found["state"], found["customers"], found["version"]) == ("ready", 0, 3)
    assert await look(loyalty) == 0


async def test_L07_a_worker_that_died_leaves_the_model_to_the_next(loyalty: Client) -> None:
    await planted(loyalty, {"ann": ["SHOES/boots", "CARE/wax"]})
    await loyalty.post(MODELS, {"id": "m1"})
    engine = open_engine(loyalty.database_url)
    try:
        async with async_sessionmaker(engine).begin() as session:
            assert await train(Transaction(session, "/crm/loyalty", datetime.now(UTC), "clock")) == 1
            await session.rollback()
    finally:
        await engine.dispose()
    assert (await loyalty.get(f"{MODELS}/m1")).json()["state"] == "training"
    assert await rows(loyalty, "select 1 from bought_together") == []
    assert await look(loyalty) == 1
    assert len(await rows(loyalty, TOGETHER + "'product'")) == 2


async def test_L07_a_model_at_which_three_workers_died_has_failed(loyalty: Client) -> None:
    await loyalty.post(MODELS, {"id": "m1"})
    engine = open_engine(loyalty.database_url)
    try:
        for _ in range(3):
            async with async_sessionmaker(engine).begin() as session:
                assert await train(Transaction(session, "/crm/loyalty", datetime.now(UTC), "clock")) == 1
                await session.rollback()
    finally:
        await engine.dispose()
    assert await rows(loyalty, "select state, attempts from suggestion_models") == [("training", 3)]
    await look(loyalty)
    found = (await loyalty.get(f"{MODELS}/m1")).json()
    assert (found["state"], found["error"]) == ("failed", "Interrupted")


async def test_L07_learning_may_take_longer_than_a_transaction_idles(
    loyalty: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(taken: Bought) -> Learned:
        time.sleep(0.5)
        return learn(taken)

    monkeypatch.setattr(due, "learn", slow)
    await loyalty.post(MODELS, {"id": "m1"})
    engine = open_engine(loyalty.database_url)
    try:
        async with async_sessionmaker(engine).begin() as session:
            await session.execute(text("set idle_in_transaction_session_timeout = 200"))
            await train(Transaction(session, "/crm/loyalty", datetime.now(UTC), "clock"))
    finally:
        await engine.dispose()
    assert (await loyalty.get(f"{MODELS}/m1")).json()["state"] == "ready"


async def test_L07_what_can_not_be_learned_is_told_and_may_be_asked_for_anew(
    loyalty: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Bought) -> None:
        raise RuntimeError("planted")

    asked = {"id": "m1", "as_of": ago(1)}
    await loyalty.post(MODELS, asked)
    with monkeypatch.context() as patched:
        patched.setattr(due, "learn", fail)
        assert await look(loyalty) == 1
    found = (await loyalty.get(f"{MODELS}/m1")).json()
    assert (found["state"], found["error"]) == ("failed", "RuntimeError")
    assert (await loyalty.post(MODELS, asked | {"as_of": ago(2)})).status_code == 409
    again = await loyalty.post(MODELS, asked)
    assert (again.status_code, again.json()["state"], again.json()["error"]) == (200, "waiting", None)
    assert await rows(loyalty, "select attempts from suggestion_models") == [(0,)]
    assert await look(loyalty) == 1
    assert (await loyalty.post(MODELS, asked)).json()["state"] == "ready", "it stays as it is"


async def test_L07_the_last_three_models_are_kept(loyalty: Client) -> None:
    await planted(loyalty, {"ann": ["SHOES/boots", "CARE/wax"]})
    for number in range(4):
        await trained(loyalty, id=f"m{number}")
    assert await kept(loyalty) == ["m1", "m2", "m3"]
    assert [model for (model,) in await rows(loyalty, KEPT)] == ["m1", "m1", "m2", "m2", "m3", "m3"]


async def test_L07_what_the_present_is_served_from_is_kept_and_few_that_failed(
    loyalty: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, days in (("now", 1), ("a", 5), ("b", 4), ("c", 3), ("d", 2)):
        await trained(loyalty, id=name, as_of=ago(days))
    assert await kept(loyalty) == ["b", "c", "d", "now"]
    monkeypatch.setattr(due, "learn", lambda _: 1 / 0)
    for number in range(4):
        await trained(loyalty, id=f"failed-{number}")
    assert await kept(loyalty) == ["b", "c", "d", "failed-1", "failed-2", "failed-3", "now"]


async def kept(client: Client) -> list[str]:
    """The models that are there."""
    return sorted(model["id"] for model in (await client.get(MODELS)).json()["items"])


async def test_L07_a_clusters_clock_asks_once_a_day(loyalty: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", loyalty.database_url)
    for _ in range(2):
        await ask("loyalty")
    [model] = (await loyalty.get(MODELS)).json()["items"]
    today = datetime.now(UTC).date().isoformat()
    assert (model["id"], model["as_of"], model["state"]) == (f"as-of-{today}", f"{today}T00:00:00Z", "waiting")


@pytest.mark.parametrize(("changes", "status"), [({"as_of": ago(-0.1)}, 422), ({"as_of": 3}, 422), ({"x": 1}, 422)])
async def test_L07_bad_input_asks_for_nothing(loyalty: Client, changes: dict[str, Any], status: int) -> None:
    assert (await loyalty.post(MODELS, changes)).status_code == status
    assert (await loyalty.get(MODELS)).json()["items"] == []


async def test_L07_models_are_the_chains_business(loyalty: Client) -> None:
    for bearer in (loyalty.issuer.token(stores=["330"]), loyalty.issuer.token(["loyalty:read", "loyalty:write"])):
        assert (await loyalty.post(MODELS, {}, bearer=bearer)).status_code == 403
    assert (await loyalty.get(MODELS, bearer=loyalty.issuer.token(stores=["330"]))).status_code == 403
