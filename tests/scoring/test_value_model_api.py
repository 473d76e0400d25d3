"""The value model over REST: what a close fitted, what a customer is worth by it, and who may ask."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from services.scoring.evaluation import references
from services.scoring.evaluation.references import References
from services.scoring.metrics.catalogue import Catalogue
from services.scoring.metrics.purchasing import new_customer
from services.scoring.metrics.reference import Reference
from shared.database import raw_connection
from shared.events import Event
from tests.scoring.conftest import Scoring
from tests.scoring.metrics.value_facts import MODEL
from tests.scoring.test_close import AS_OF, close, offer
from tests.support.told import purchase

CLOSED = datetime.fromisoformat(AS_OF)
PATH = f"/v1/value-model?as_of={AS_OF}"


def bought(customers: int = 150) -> Iterator[Event]:
    """Customers as the law has them: each with a rate and a probability of leaving of their own."""
    chance = Random(7)  # noqa: S311 – the same customers every time
    for number in range(customers):
        rate, leaves = chance.gammavariate(1.5, 0.1), chance.betavariate(1, 3)
        at, end, here = 0.0, 200.0 + number % 60, True
        while here and at < end:
            paid = f"{chance.gammavariate(4, 5):.2f}"
            yield purchase(f"c{number:03}", f"p{number}-{at}", CLOSED - timedelta(days=end - at), paid)
            at, here = at + chance.expovariate(rate), chance.random() > leaves


async def keep(scoring: Scoring, reference: Reference) -> None:
    """Store a reference as a close does."""
    async with raw_connection(scoring.engine) as raw:
        await references.write(raw, reference)


async def test_S05_a_close_fits_the_model_that_values_customers(scoring: Scoring) -> None:
    await offer(scoring, "GROCERY")
    await scoring.know(*bought())
    before = (await scoring.card("c003", AS_OF))["value"]
    assert (before["p_alive"], before["decile"], before["unit_days"]) == (None, None, 7.0)
    assert (await close(scoring))["state"] == "done"

    model = (await scoring.client.get(PATH)).json()
    assert (model["customers"], model["unit_days"], model["until"]) == (150, 7.0, "2026-03-09")
    assert (model["converged"], model["fitted_as_of"], model["as_of"]) == (True, AS_OF, AS_OF)
    law = model["mbg_nbd"]
    assert law["leaving"] == pytest.approx(law["a"] / (law["a"] + law["b"]))
    assert 0 < law["standard_errors"]["leaving"] < law["leaving"]
    assert model["mbg_nbd"]["log_likelihood"] < 0 < model["spending"]["USD"]["customers"]
    value = (await scoring.client.get(f"/v1/customers/c003/value?as_of={AS_OF}")).json()["value"]
    assert 0 < value["p_alive"] < 1
    assert value["margin"] == 0.25
    assert float(value["clv"]) > 0
    streamed = (await scoring.client.get(f"/v1/scorecards?as_of={AS_OF}")).text.splitlines()
    values = [json.loads(card)["value"] for card in streamed]
    deciles = [value["decile"] for value in sorted(values, key=lambda value: float(value["clv"]))]
    assert deciles == sorted(deciles)
    assert set(deciles) == set(range(1, 11))


async def test_S15_a_close_again_fits_the_same_model(scoring: Scoring) -> None:
    await offer(scoring, "GROCERY")
    await scoring.know(*bought())
    assert [(await close(scoring))["revision"] for _ in range(2)] == [1, 1]


async def test_S05_a_close_that_can_not_fit_keeps_the_last_model_and_says_so(scoring: Scoring) -> None:
    earlier = CLOSED - timedelta(days=30)
    await keep(scoring, Reference(earlier, 0, Catalogue({}), model=replace(MODEL, fitted_as_of=earlier)))
    await scoring.know(*bought(5))
    await close(scoring)
    model = (await scoring.client.get(PATH)).json()
    assert (model["as_of"], model["converged"], model["customers"]) == (AS_OF, False, MODEL.customers)
    assert model["fitted_as_of"] == "2026-02-08T00:00:00Z"
    assert model["mbg_nbd"]["r"] == MODEL.mbg.r
    assert (await scoring.card("c001", AS_OF))["value"]["p_alive"] is not None


async def test_S05_the_model_kept_is_never_of_a_later_close(scoring: Scoring) -> None:
    later = CLOSED + timedelta(days=1)
    await keep(scoring, Reference(later, 0, Catalogue({}), model=MODEL))
    await keep(scoring, Reference(CLOSED, 0, Catalogue({}), model=MODEL))
    await scoring.know(*bought(5))
    await close(scoring)
    async with raw_connection(scoring.engine) as raw:
        reference = await References().in_force(raw, CLOSED)
    assert reference is not None
    assert (reference.revision, reference.model) == (2, None)


async def test_S05_the_model_is_told_with_what_it_expects_of_anybody(scoring: Scoring) -> None:
    await keep(scoring, Reference(CLOSED, 0, Catalogue({}), model=replace(MODEL, fitted_as_of=CLOSED)))
    model = (await scoring.client.get(PATH)).json()
    assert model["bg_nbd"]["new_customer"] == pytest.approx(1.444, rel=0.001)
    expected = new_customer(MODEL.mbg, 52)
    assert model["mbg_nbd"]["new_customer"] == pytest.approx(expected, abs=0.0001)
    assert model["mbg_nbd"] | {"new_customer": 0} == {
        "r": 0.5248, "alpha": 6.1831, "a": 0.8914, "b": 1.614, "log_likelihood": -9582.14, "new_customer": 0,
        "leaving": 0.8914 / (0.8914 + 1.614), "standard_errors": None,
    }  # fmt: skip
    assert model["spending"]["USD"] == {
        "p": 6.25, "q": 3.74, "v": 15.44, "log_likelihood": -4055.9, "customers": 946,
    }  # fmt: skip


async def test_S05_no_model_no_answer(scoring: Scoring) -> None:
    none = await scoring.client.get("/v1/value-model")
    assert (none.status_code, none.json()["type"]) == (404, "urn:elevenfold:problem:not-found")
    assert none.json()["detail"] == "no close has been made by then, and it is a close that fits the value model"
    await scoring.know(*bought(5))
    await close(scoring)
    few = await scoring.client.get(PATH)
    assert few.status_code == 404
    assert few.json()["detail"] == "no close has fitted a value model by then: it takes 100 customers who bought"
    before = await scoring.client.get("/v1/value-model?as_of=2026-03-09T00:00:00Z")
    assert before.status_code == 404
    future = datetime.now(UTC) + timedelta(days=1)
    later = await scoring.client.get(f"/v1/value-model?as_of={future.isoformat().replace('+00:00', 'Z')}")
    assert (later.status_code, later.json()["errors"][0]["pointer"]) == (422, "/as_of")


async def test_W06_a_token_bound_to_stores_does_not_see_the_model(scoring: Scoring) -> None:
    bound = scoring.client.issuer.token(stores=["330"])
    assert (await scoring.client.get("/v1/value-model", bearer=bound)).status_code == 403
