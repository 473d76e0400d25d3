"""L05: categories and stores."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.events.reference import CategoryOffered, StoreClosed, StoreOpened
from tests.loyalty.bills import pointers
from tests.support.client import Client

GROCERY = {"name": "Grocery", "format": "grocery", "offered_from": "2016-01-01", "assumed_margin": "0.25"}
STORE = {"name": "Main Street", "time_zone": "America/New_York", "opened_on": "2010-05-01", "region": "north"}


async def test_L05_a_category_is_put_once(loyalty: Client) -> None:
    first = await loyalty.put("/v1/categories/GROCERY", GROCERY)
    again = await loyalty.put("/v1/categories/GROCERY", GROCERY | {"assumed_margin": "0.250", "level": None})
    assert (first.status_code, again.status_code, first.headers["ETag"]) == (201, 200, '"1"')
    assert first.headers["Location"] == "/v1/categories/GROCERY"
    assert (await loyalty.get("/v1/categories/GROCERY")).json() == first.json()
    [event] = await loyalty.outbox()
    assert isinstance(event.data, CategoryOffered)
    assert (event.partitionkey, event.subject, event.time) == ("category:GROCERY", "GROCERY", event.recordedtime)
    assert (event.data.offered_from, event.data.assumed_margin) == (date(2016, 1, 1), Decimal("0.25"))


async def test_L05_a_change_needs_the_version_it_was_made_on(loyalty: Client) -> None:
    await loyalty.put("/v1/categories/GROCERY", GROCERY)
    ended = GROCERY | {"offered_until": "2017-06-01"}
    assert (await loyalty.put("/v1/categories/GROCERY", ended)).status_code == 428
    assert (await loyalty.put("/v1/categories/GROCERY", ended, match='"7"')).status_code == 412
    changed = await loyalty.put("/v1/categories/GROCERY", ended, match='"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    last = (await loyalty.outbox())[-1].data
    assert isinstance(last, CategoryOffered)
    assert (last.offered_from, last.offered_until) == (date(2016, 1, 1), date(2017, 6, 1))


async def test_L05_a_store_opens_closes_and_opens_again(loyalty: Client) -> None:
    await loyalty.put("/v1/stores/330", STORE)
    await loyalty.put("/v1/stores/330", STORE | {"closed_on": "2017-12-31"}, match='"1"')
    await loyalty.put("/v1/stores/330", STORE, match='"2"')
    events = await loyalty.outbox()
    assert [type(event.data) for event in events] == [StoreOpened, StoreClosed, StoreOpened]
    assert {(event.partitionkey, event.subject) for event in events} == {("store:330", "330")}
    closed = events[1].data
    assert isinstance(closed, StoreClosed)
    assert (closed.opened_on, closed.closed_on) == (date(2010, 5, 1), date(2017, 12, 31))


async def test_L05_lists_are_pages(loyalty: Client) -> None:
    for name in ("b", "a", "c"):
        await loyalty.put(f"/v1/categories/{name}", GROCERY)
        await loyalty.put(f"/v1/stores/{name}", STORE)
    for path in ("/v1/categories", "/v1/stores"):
        first = (await loyalty.get(f"{path}?limit=2")).json()
        second = (await loyalty.get(f"{path}?limit=2&cursor={first['next']}")).json()
        assert [item["id"] for item in first["items"] + second["items"]] == ["a", "b", "c"]
        assert second["next"] is None
        assert (await loyalty.get(f"{path}/nowhere")).status_code == 404


@pytest.mark.parametrize(
    ("path", "changes", "pointer"),
    [
        ("categories", {"offered_until": "2016-01-01"}, "/offered_until"),
        ("categories", {"offered_from": "9999-12-31"}, "/offered_from"),
        ("categories", {"assumed_margin": "1.01"}, "/assumed_margin"),
        ("categories", {"assumed_margin": 0.25}, "/assumed_margin"),
        ("categories", {"name": "a\x00b"}, "/name"),
        ("categories", {"level": "high"}, "/level"),
        ("categories", {"surprise": 1}, "/surprise"),
        ("stores", {"time_zone": "Mars/Olympus"}, "/time_zone"),
        ("stores", {"time_zone": "../../etc/passwd"}, "/time_zone"),
        ("stores", {"closed_on": "2010-04-30"}, "/closed_on"),
        ("stores", {"surprise": 1}, "/surprise"),
    ],
)
async def test_L05_bad_input_points_at_the_field_and_changes_nothing(
    loyalty: Client, path: str, changes: dict[str, Any], pointer: str
) -> None:
    answer = await loyalty.put(f"/v1/{path}/x", (GROCERY if path == "categories" else STORE) | changes)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert await loyalty.outbox() == []


async def test_L05_a_store_bound_token_keeps_to_its_store(loyalty: Client) -> None:
    bearer = loyalty.issuer.token(stores=["330"])
    assert (await loyalty.put("/v1/categories/GROCERY", GROCERY, bearer=bearer)).status_code == 403
    assert (await loyalty.put("/v1/stores/331", STORE, bearer=bearer)).status_code == 403
    assert (await loyalty.put("/v1/stores/330", STORE, bearer=bearer)).status_code == 201
