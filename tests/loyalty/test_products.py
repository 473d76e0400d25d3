"""L05: products, their category and their level."""

from typing import Any

import pytest

from tests.loyalty.bills import pointers
from tests.support.client import Client

BOOTS = {"name": "Walking boots", "category": "SHOES", "level": 2, "offered_from": "2016-01-01"}
PATH = "/v1/products/boots"


async def test_L05_a_product_is_put_once_and_tells_nobody(loyalty: Client) -> None:
    first, again = await loyalty.put(PATH, BOOTS), await loyalty.put(PATH, BOOTS | {"format": None})
    assert (first.status_code, again.status_code, first.headers["ETag"]) == (201, 200, '"1"')
    assert (await loyalty.get(PATH)).json() == first.json()
    assert (first.json()["level"], first.json()["offered_until"]) == (2, None)
    assert (await loyalty.put("/v1/products/laces", {"category": "SHOES"})).json()["level"] is None
    assert await loyalty.outbox() == []


async def test_L05_a_products_change_needs_the_version_it_was_made_on_and_is_noted(loyalty: Client) -> None:
    await loyalty.put(PATH, BOOTS)
    better = BOOTS | {"level": 3}
    assert (await loyalty.put(PATH, better)).status_code == 428
    assert (await loyalty.put(PATH, better, match='"7"')).status_code == 412
    assert (await loyalty.put(PATH, better, match='"1"')).json()["version"] == 2
    change, creation = (await loyalty.get(f"{PATH}/history")).json()["items"]
    assert (change["before"], change["after"]) == ({"level": 2}, {"level": 3})
    assert creation["after"]["category"] == "SHOES"


async def test_L05_products_are_listed_by_category(loyalty: Client) -> None:
    for name, category in (("b", "SHOES"), ("a", "SHOES"), ("c", "FOOD")):
        await loyalty.put(f"/v1/products/{name}", {"category": category})
    shoes = (await loyalty.get("/v1/products?category=SHOES&limit=1")).json()
    rest = (await loyalty.get(f"/v1/products?category=SHOES&cursor={shoes['next']}")).json()
    assert [item["id"] for item in shoes["items"] + rest["items"]] == ["a", "b"]
    assert len((await loyalty.get("/v1/products")).json()["items"]) == 3
    assert (await loyalty.get("/v1/products/nothing")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"category": None}, "/category"),
        ({"category": "shoes & more"}, "/category"),
        ({"level": 1001}, "/level"),
        ({"level": -1}, "/level"),
        ({"level": "2"}, "/level"),
        ({"offered_until": "2016-01-01"}, "/offered_until"),
        ({"name": ""}, "/name"),
        ({"surprise": 1}, "/surprise"),
    ],
)
async def test_L05_bad_products_are_refused(loyalty: Client, changes: dict[str, Any], pointer: str) -> None:
    answer = await loyalty.put(PATH, BOOTS | changes)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert (await loyalty.get("/v1/products")).json()["items"] == []


async def test_L05_products_are_the_chains_business_and_for_all_to_read(loyalty: Client) -> None:
    bearer = loyalty.issuer.token(stores=["330"])
    assert (await loyalty.put(PATH, BOOTS, bearer=bearer)).status_code == 403
    await loyalty.put(PATH, BOOTS)
    assert (await loyalty.get(PATH, bearer=bearer)).status_code == 200
