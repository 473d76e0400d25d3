"""L03: the programme's rules, a version for each day that they change."""

import asyncio
from typing import Any

import pytest

from tests.loyalty.bills import pointers, rows
from tests.support.client import Client

PROGRAMMES = "/v1/programmes"
TIERS = [
    {"code": "silver", "threshold": "100", "multiplier": "1.5"},
    {"code": "gold", "threshold": "500", "multiplier": "2"},
]
PROGRAMME: dict[str, Any] = {
    "id": "p-1",
    "valid_from": "2017-01-01T00:00:00Z",
    "currency": "USD",
    "points_per_unit": "1",
    "point_value": "0.01",
}


async def test_L03_a_programme_is_put_once_with_its_defaults(loyalty: Client) -> None:
    made = await loyalty.post(PROGRAMMES, PROGRAMME | {"tiers": TIERS})
    assert (made.status_code, made.headers["Location"]) == (201, "/v1/programmes/p-1")
    told = made.json()
    assert (told["pending_days"], told["expiry_days"], told["referral_points"]) == (14, 365, 0)
    assert (told["qualification_days"], told["grace_days"], told["tiers"]) == (365, 90, TIERS)
    again = await loyalty.post(PROGRAMMES, PROGRAMME | {"tiers": TIERS})
    assert (again.status_code, again.json()) == (200, told)
    assert (await loyalty.get("/v1/programmes/p-1")).json() == told
    assert (await loyalty.post(PROGRAMMES, PROGRAMME)).status_code == 409
    assert (await loyalty.get("/v1/programmes/p-2")).status_code == 404


async def test_L03_of_two_programmes_of_one_moment_one_wins(loyalty: Client) -> None:
    bodies = [PROGRAMME | {"id": f"p-{number}"} for number in range(4)]
    answers = await asyncio.gather(*(loyalty.post(PROGRAMMES, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert await rows(loyalty, "select count(*) from programmes") == [(1,)]


async def test_L03_versions_follow_each_other_per_currency(loyalty: Client) -> None:
    later = PROGRAMME | {"id": "p-0", "valid_from": "2018-01-01T00:00:00+01:00", "expiry_days": None}
    other = PROGRAMME | {"id": "p-3", "currency": "EUR"}
    for body in (later, PROGRAMME, other):
        assert (await loyalty.post(PROGRAMMES, body)).status_code == 201
    listed = (await loyalty.get(f"{PROGRAMMES}?currency=USD")).json()["items"]
    assert [(each["id"], each["expiry_days"]) for each in listed] == [("p-1", 365), ("p-0", None)]
    first = (await loyalty.get(f"{PROGRAMMES}?limit=2")).json()
    second = (await loyalty.get(f"{PROGRAMMES}?cursor={first['next']}")).json()
    assert [each["id"] for each in first["items"] + second["items"]] == ["p-1", "p-3", "p-0"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"points_per_unit": "0"}, "/points_per_unit"),
        ({"points_per_unit": 1}, "/points_per_unit"),
        ({"point_value": "-1"}, "/point_value"),
        ({"pending_days": -1}, "/pending_days"),
        ({"expiry_days": 0}, "/expiry_days"),
        ({"currency": "XXY"}, "/currency"),
        ({"valid_from": "2017-01-01"}, "/valid_from"),
        ({"tiers": TIERS[::-1]}, "/tiers"),
        ({"tiers": [TIERS[0], TIERS[1] | {"code": "silver"}]}, "/tiers"),
        ({"tiers": [TIERS[0] | {"multiplier": "0.9"}]}, "/tiers/0/multiplier"),
    ],
)
async def test_L03_a_bad_programme_is_refused(loyalty: Client, changes: dict[str, Any], pointer: str) -> None:
    answer = await loyalty.post(PROGRAMMES, PROGRAMME | changes)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert await rows(loyalty, "select count(*) from programmes") == [(0,)]


async def test_L03_the_chain_alone_puts_a_programme_and_every_store_reads_it(loyalty: Client) -> None:
    store = loyalty.issuer.token(stores=["330"])
    assert (await loyalty.post(PROGRAMMES, PROGRAMME, bearer=store)).status_code == 403
    assert (await loyalty.post(PROGRAMMES, PROGRAMME)).status_code == 201
    assert (await loyalty.get("/v1/programmes/p-1", bearer=store)).status_code == 200
