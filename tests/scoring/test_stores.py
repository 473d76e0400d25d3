"""Ratings of stores and the satisfaction gap, over REST, as closes found them."""

from datetime import timedelta
from typing import Any

import pytest

from shared.events.complaints import SurveyAnswered
from shared.events.customers import ExitStated
from shared.events.reference import StoreOpened
from tests.scoring.conftest import Scoring
from tests.scoring.test_close import AS_OF, close
from tests.support.told import NOON, complaint, purchase, told

LATER = "2026-03-20T00:00:00Z"


async def sell(scoring: Scoring, store: str, bills: int, complaints: int = 0) -> None:
    """So many anonymous bills in a store, and complaints of one customer, who is in any case known."""
    await scoring.know(told(ExitStated(reason="price"), "ann", "exit"))
    sold = [purchase(f"store:{store}", f"{store}-b{n}", store=store) for n in range(bills)]
    cases = [complaint("ann", f"{store}-c{n}", store=store) for n in range(complaints)]
    await scoring.know(*sold, *cases)


async def rating(scoring: Scoring, store: str, query: str = "") -> dict[str, Any]:
    """A store's rating."""
    answer = await scoring.client.get(f"/v1/stores/{store}/rating{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(scoring: Scoring, query: str = "", bearer: str | None = None) -> list[str]:
    """The stores of a list, page by page, each of one row."""
    found: list[str] = []
    cursor = ""
    while True:
        answer = await scoring.client.get(f"/v1/stores/ratings?limit=1{query}{cursor}", bearer=bearer)
        assert answer.status_code == 200, answer.text
        found += [store["store_id"] for store in answer.json()["items"]]
        if answer.json()["next"] is None:
            return found
        cursor = f"&cursor={answer.json()['next']}"


async def survey(scoring: Scoring, subject: str, store: str | None = None, **said: Any) -> None:
    """Ann answers a survey."""
    await scoring.know(told(SurveyAnswered.model_validate(said), "ann", subject, store=store))


async def test_K08_a_store_is_rated_as_of_the_close(scoring: Scoring) -> None:
    await sell(scoring, "330", 20, complaints=1)
    await sell(scoring, "331", 200, complaints=1)
    await close(scoring)
    found = await rating(scoring, "330")
    assert (found["as_of"], found["transactions"]) == (AS_OF, 20)
    assert found["complaints"]["per_10000_transactions"]["value"] == 500
    assert found["complaints"]["score"] == found["score"] == 50
    assert (found["rating"], found["coverage"], found["retention"]["score"]) == ("C", 0, None)
    assert found["reason"].endswith("it is near the average of all.")


async def test_K08_a_later_close_leaves_the_earlier_rating_as_it_was(scoring: Scoring) -> None:
    await sell(scoring, "330", 20, complaints=1)
    await close(scoring)
    before = await rating(scoring, "330")
    await scoring.know(complaint("ann", "new", NOON + timedelta(days=12), store="330"))
    await close(scoring, LATER)
    assert await rating(scoring, "330", "?as_of=2026-03-15T00:00:00Z") == before
    assert (await rating(scoring, "330"))["complaints"]["count"] == 2


async def test_K08_a_store_that_nobody_was_in_has_no_rating(scoring: Scoring) -> None:
    await sell(scoring, "1", 1)
    opened = StoreOpened(time_zone="Europe/Berlin", format="grocery")
    await scoring.know(told(opened, "store:9", "9"))
    await close(scoring)
    found = await rating(scoring, "9")
    assert (found["format"], found["rating"], found["score"]) == ("grocery", None, None)
    assert found["reason"] == "No transaction in the window."


@pytest.mark.parametrize("path", ["/v1/stores/330/rating", "/v1/stores/ratings", "/v1/satisfaction"])
async def test_K08_before_the_first_close_there_is_nothing(scoring: Scoring, path: str) -> None:
    await sell(scoring, "330", 1)
    await close(scoring)
    answer = await scoring.client.get(f"{path}?as_of=2026-03-09T00:00:00Z")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["detail"].startswith("no close has been made by then")
    future = await scoring.client.get(f"{path}?as_of=2099-03-09T00:00:00Z")
    assert (future.status_code, future.json()["errors"][0]["pointer"]) == (422, "/as_of")


async def test_K08_a_store_that_is_not_known_is_a_problem(scoring: Scoring) -> None:
    await sell(scoring, "330", 1)
    await close(scoring)
    answer = await scoring.client.get("/v1/stores/999/rating")
    assert answer.status_code == 404
    assert answer.json()["detail"] == f"nothing was known of a store 999 as of the close of {AS_OF}"


async def test_K08_stores_are_listed_by_id_or_the_best_first(scoring: Scoring) -> None:
    await sell(scoring, "1", 500, complaints=40)
    await sell(scoring, "2", 500)
    await sell(scoring, "3", 500, complaints=10)
    await scoring.know(told(StoreOpened(time_zone="Europe/Berlin"), "store:0", "0"))
    await close(scoring)
    assert await listed(scoring) == ["0", "1", "2", "3"]
    assert await listed(scoring, "&sort=rating") == ["2", "3", "1", "0"]


async def test_K08_a_list_goes_on_in_the_close_that_it_began_with(scoring: Scoring) -> None:
    await sell(scoring, "1", 500, complaints=40)
    await sell(scoring, "2", 500)
    await close(scoring)
    first = (await scoring.client.get("/v1/stores/ratings?limit=1&sort=rating")).json()
    await sell(scoring, "3", 5000)
    await close(scoring, LATER)
    query = f"/v1/stores/ratings?limit=5&sort=rating&cursor={first['next']}"
    second = (await scoring.client.get(query)).json()
    assert ([each["store_id"] for each in second["items"]], second["as_of"]) == (["1"], AS_OF)


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0"])
async def test_W03_a_cursor_of_another_list_is_a_problem(scoring: Scoring, cursor: str) -> None:
    await sell(scoring, "1", 1)
    await close(scoring)
    answer = await scoring.client.get(f"/v1/stores/ratings?cursor={cursor}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/cursor")


async def test_W03_a_cursor_of_another_sort_is_a_problem(scoring: Scoring) -> None:
    await sell(scoring, "1", 1)
    await sell(scoring, "2", 1)
    await close(scoring)
    cursor = (await scoring.client.get("/v1/stores/ratings?limit=1")).json()["next"]
    answer = await scoring.client.get(f"/v1/stores/ratings?sort=rating&cursor={cursor}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/cursor")


async def test_W06_a_token_bound_to_stores_sees_its_own_alone(scoring: Scoring) -> None:
    await sell(scoring, "1", 5)
    await sell(scoring, "2", 5)
    await close(scoring)
    bound = scoring.client.issuer.token(stores=["1"])
    assert (await scoring.client.get("/v1/stores/1/rating", bearer=bound)).status_code == 200
    assert (await scoring.client.get("/v1/stores/2/rating", bearer=bound)).status_code == 404
    assert await listed(scoring, bearer=bound) == ["1"]
    assert (await scoring.client.get("/v1/satisfaction", bearer=bound)).status_code == 403


async def test_S06_the_satisfaction_gap_over_rest(scoring: Scoring) -> None:
    paired = {"factor": "product", "expectation": 6, "delivery": 4}
    await survey(scoring, "s1", store="330", factors=[paired], csat=5)
    await survey(scoring, "s2", factors=[paired | {"delivery": 7}], nps=3)
    await close(scoring)
    factors = (await scoring.client.get("/v1/satisfaction")).json()
    assert [item["key"] for item in factors["items"]] == ["culture", "post_purchase", "product", "sales"]
    assert factors["items"][2]["gap"] == {"value": -0.5, "n": 2}
    assert factors["items"][0]["gap"] == {"value": None, "n": 0}
    assert (factors["as_of"], factors["all"]["nps"]["value"]) == (AS_OF, -100)
    stores = (await scoring.client.get("/v1/satisfaction?by=store")).json()
    assert [(item["key"], item["gap"]["value"]) for item in stores["items"]] == [("330", -2)]
    assert stores["of_none"] == 1


async def test_S06_the_satisfaction_gap_comes_in_pages(scoring: Scoring) -> None:
    await survey(scoring, "s1", csat=5)
    await close(scoring)
    first = (await scoring.client.get("/v1/satisfaction?limit=3")).json()
    second = (await scoring.client.get(f"/v1/satisfaction?limit=3&cursor={first['next']}")).json()
    keys = [item["key"] for page in (first, second) for item in page["items"]]
    assert (keys, second["next"]) == (["culture", "post_purchase", "product", "sales"], None)


async def test_S06_a_list_of_gaps_goes_on_in_the_close_and_the_grouping_that_it_began_with(scoring: Scoring) -> None:
    await survey(scoring, "s1", csat=5)
    await close(scoring)
    first = (await scoring.client.get("/v1/satisfaction?limit=3")).json()
    await survey(scoring, "s2", csat=1)
    await close(scoring, LATER)
    second = (await scoring.client.get(f"/v1/satisfaction?limit=3&cursor={first['next']}")).json()
    assert (second["as_of"], second["all"]) == (AS_OF, first["all"])
    other = await scoring.client.get(f"/v1/satisfaction?by=store&cursor={first['next']}")
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/cursor")


@pytest.mark.parametrize("by", ["branch", "", "Factor"])
async def test_S06_a_grouping_that_there_is_not(scoring: Scoring, by: str) -> None:
    answer = await scoring.client.get(f"/v1/satisfaction?by={by}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/by")
