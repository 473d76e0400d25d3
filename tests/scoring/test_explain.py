"""Explanations over REST, and a stranger's script that computes scores again from the timeline alone."""

import asyncio
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest

from services.scoring.evaluation.references import write
from services.scoring.explanations.every import SCORES
from shared.database import raw_connection
from tests.scoring.conftest import Scoring
from tests.scoring.explanations.arithmetic import evaluate
from tests.scoring.explanations.rich import REFERENCE, RICH
from tests.scoring.explanations.test_every import on_card
from tests.scoring.test_erasures import erased
from tests.scoring.test_merges import merged
from tests.support.told import NOON, purchase

SCRIPT = Path(__file__).parents[2] / "docs/examples/recompute/recompute.py"
AS_OF = "2018-01-01T00:00:00Z"
_ADD = """
    insert into facts (customer_id, source, id, time, recorded, type, subject, store_id, data)
    values ('ann', $1, $2, $3, $4, $5, $6, $7, $8)
"""


@pytest.fixture
async def rich(scoring: Scoring) -> Scoring:
    """Scoring that knows a customer with whom everything happened, and a base."""
    for fact in RICH:
        data = orjson.dumps(fact.data).decode()
        told = (fact.source, fact.id, fact.time, fact.recorded, fact.type, fact.subject, fact.store, data)
        await scoring.execute(_ADD, *told)
    async with raw_connection(scoring.engine) as raw:
        await write(raw, REFERENCE)
    return scoring


@pytest.fixture
def recompute() -> ModuleType:
    """The script, as a module."""
    spec = importlib.util.spec_from_file_location("recompute", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def explained(scoring: Scoring, score: str, query: str = f"&as_of={AS_OF}", customer: str = "ann") -> Any:
    """The explanation of a score, or the problem."""
    answer = await scoring.client.get(f"/v1/customers/{customer}/explain?score={score}{query}")
    return answer.json() | {"http": answer.status_code}


async def test_S01_explain_says_of_every_score_what_its_card_says(rich: Scoring) -> None:
    card = await rich.card("ann", AS_OF)
    for score in SCORES:
        found = await explained(rich, score)
        assert (found["http"], found["value"]) == (200, on_card(score, card)), score
        assert (found["as_of"], found["reference"]) == (card["as_of"], card["reference"])
        last = found["steps"][-1]
        assert float(evaluate(last["expression"], last["numbers"])) == float(last["result"])
        assert found["facts_used"] == len(found["facts"]) > 0
        assert found["rules"]


async def test_S13_explain_tells_why_a_score_is_not_known(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    found = await explained(scoring, "categories", "")
    assert (found["value"], found["reference"], found["reference_inputs"]) == (None, None, {})
    assert "no reference" in found["reason"]
    assert "on offer" in found["known_when"]


async def test_S12_explain_as_of_a_moment_knows_no_later_fact(rich: Scoring) -> None:
    now = await explained(rich, "customer_measurements", "")
    then = await explained(rich, "customer_measurements", "&as_of=2017-11-01T00:00:00Z")
    assert now["value"] != then["value"]
    assert max(fact["time"] for fact in then["facts"]) < "2017-11-01"


async def test_C04_explain_answers_for_whom_an_alias_stands(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), purchase("anna", "p2"), merged("anna", "ann", NOON))
    found = await explained(scoring, "phase", "", "anna")
    assert found["customer_id"] == "ann"
    assert {"p1", "p2"} <= {fact["subject"] for fact in found["facts"]}


async def test_S01_explain_of_an_unknown_score_names_those_that_there_are(rich: Scoring) -> None:
    found = await explained(rich, "charm")
    assert found["http"] == 422
    assert found["errors"][0]["pointer"] == "/score"
    assert all(name in found["errors"][0]["detail"] for name in SCORES)


@pytest.mark.parametrize(
    ("customer", "query", "status"),
    [
        ("nobody", "", 404),
        ("ann", "&as_of=2001-01-01T00:00:00Z", 404),
        ("ann", "&as_of=2099-01-01T00:00:00Z", 422),
        ("gone", "", 410),
    ],
)
async def test_S01_explain_of_nobody_and_of_the_future_is_a_problem(
    rich: Scoring, customer: str, query: str, status: int
) -> None:
    await rich.know(purchase("gone", "p9"), erased("gone", NOON))
    found = await explained(rich, "index", query, customer)
    assert (found["http"], found["status"]) == (status, status)


async def test_W06_explain_serves_a_store_that_the_customer_visits(rich: Scoring) -> None:
    bound = rich.client.issuer.token(stores=["330"])
    answer = await rich.client.get("/v1/customers/ann/explain?score=index", bearer=bound)
    assert answer.status_code == 200


async def again(scoring: Scoring, recompute: ModuleType, as_of: str, less: str = "") -> Any:
    """What the script finds; it is not shown the timeline's facts of the subject `less`."""
    loop = asyncio.get_running_loop()

    def fetch(path: str) -> dict[str, Any]:
        answer = asyncio.run_coroutine_threadsafe(scoring.client.get(path), loop).result()
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        if "/timeline" in path:
            told["items"] = [fact for fact in told["items"] if fact["subject"] != less]
        return told

    return await asyncio.to_thread(recompute.check, fetch, "ann", as_of)


@pytest.mark.parametrize("as_of", [AS_OF, "2017-11-20T12:34:56.789Z", "2017-06-01T00:00:00Z", "2018-09-01T00:00:00Z"])
async def test_S01_explain_is_what_a_stranger_computes_from_the_timeline_alone(
    rich: Scoring, recompute: ModuleType, as_of: str
) -> None:
    rows = await again(rich, recompute, as_of)
    assert [name for name, *_ in rows] == ["categories", "customer_measurements", "bonds.customization"]
    for name, ours, card, explanation in rows:
        assert ours == card == explanation, name
    assert as_of != AS_OF or all(ours is not None for _, ours, *_ in rows)


async def test_S01_explain_differs_where_the_stranger_lacks_a_fact(rich: Scoring, recompute: ModuleType) -> None:
    later = "2018-09-01T00:00:00Z"  # by then the bond is not as strong as it can be
    less = {"p0": AS_OF, "v1": AS_OF, "aisle": later}
    found = {name: await again(rich, recompute, as_of, name) for name, as_of in less.items()}
    differs = {lacking: {name for name, ours, card, _ in rows if ours != card} for lacking, rows in found.items()}
    assert differs["p0"] >= {"categories", "customer_measurements"}
    assert (differs["v1"], differs["aisle"]) == ({"customer_measurements"}, {"bonds.customization"})
