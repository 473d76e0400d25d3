"""C05: what a prospect did may be told before the enquiry, out of order, or under another of their records."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from shared.database import open_engine
from tests.customers.prospects import BEGUN, NEW, PATH, begun, everything, known, receive, shown, stages, step, used
from tests.support.client import Client
from tests.support.told import purchase

HOUR = timedelta(hours=1)
BOUGHT = BEGUN + 2 * HOUR
FAMILY = ("asha", "asha-till", "asha-web")


async def merged(customers: Client, one: str, into: str) -> None:
    """One record is found to be of the other customer."""
    match = (await customers.get(f"/v1/customers/{one}")).headers["ETag"]
    answer = await customers.post(f"/v1/customers/{one}/merge", {"into": into}, match=match)
    assert answer.status_code == 200, answer.text


async def stage_of(customers: Client, name: str = "asha") -> tuple[str, str | None]:
    """Where the acquisition is, and how it ended."""
    read = (await customers.get(f"/v1/prospects/{name}")).json()
    return read["stage"], read["outcome"]


async def purchases_known(customers: Client) -> dict[str, datetime]:
    """What is kept of purchases, by customer."""
    engine = open_engine(customers.database_url)
    try:
        async with engine.connect() as connection:
            rows = await connection.execute(text("select customer_id, at from last_purchases"))
            return {row.customer_id: row.at.astimezone(UTC) for row in rows}
    finally:
        await engine.dispose()


async def test_C05_a_first_use_told_before_the_purchase_secures_with_it(customers: Client) -> None:
    await begun(customers)
    await used(customers, BOUGHT + HOUR)
    read, [kept, _], _ = await everything(customers)
    assert (read["stage"], read["moved_at"]) == ("enquiry", shown(BEGUN)), "who has not bought uses nothing of ours"
    assert kept["what"] == "first_use"
    await receive(customers, [purchase("asha", "b1", BOUGHT)])
    read, changes, _ = await everything(customers)
    assert [read[name] for name in ("stage", "outcome", "closed_at")] == ["usage", "secured", shown(BOUGHT + HOUR)]
    assert [change["what"] for change in changes] == ["first_use", "buy", "first_use", "begin"]
    assert await stages(customers) == [("enquiry", BEGUN), ("exchange", BOUGHT), ("usage", BOUGHT + HOUR)]


async def test_C05_a_use_before_the_purchase_was_not_of_it(customers: Client) -> None:
    await begun(customers)
    await used(customers, BOUGHT - HOUR)
    await receive(customers, [purchase("asha", "b1", BOUGHT)])
    assert await stage_of(customers) == ("exchange", None)
    await used(customers, BOUGHT + HOUR)
    assert await stage_of(customers) == ("usage", "secured")


async def test_C05_a_purchase_told_before_the_enquiry_moves_the_prospect(customers: Client) -> None:
    await known(customers)
    late = [purchase("asha", "b2", BOUGHT), purchase("asha", "b1", BEGUN - HOUR)]
    await receive(customers, late, late[1:])
    created = await customers.post("/v1/prospects", NEW)
    assert (created.status_code, created.headers["ETag"]) == (201, '"2"')
    assert await stages(customers) == [("enquiry", BEGUN), ("exchange", BOUGHT)]
    assert created.json()["bought_at"] == shown(BOUGHT)
    assert (await customers.post("/v1/prospects", NEW)).json() == created.json()


async def test_C05_a_purchase_before_an_enquiry_told_later_moves_nobody(customers: Client) -> None:
    await known(customers)
    await receive(customers, [purchase("asha", "b0", BEGUN - HOUR)])
    assert (await customers.post("/v1/prospects", NEW)).json()["stage"] == "enquiry"


async def test_C05_of_whom_we_do_not_know_no_purchase_is_kept(customers: Client) -> None:
    for name in ("asha", "ben"):
        await known(customers, name)
    erased = await customers.call("DELETE", "/v1/customers/ben/personal-data")
    assert erased.status_code == 202, erased.text
    await receive(customers, [purchase(name, f"b-{name}", BOUGHT) for name in ("asha", "ben", "nobody", "store:1")])
    assert await purchases_known(customers) == {"asha": BOUGHT}


async def test_C05_an_enquiry_and_a_purchase_at_once_find_each_other(customers: Client) -> None:
    for number in range(10):
        name = f"asha-{number}"
        await known(customers, name)
        enquiry = customers.post("/v1/prospects", NEW | {"customer_id": name})
        await asyncio.gather(enquiry, receive(customers, [purchase(name, f"b-{name}", BOUGHT)]))
        assert await stage_of(customers, name) == ("exchange", None)


@pytest.mark.parametrize("buyer", FAMILY)
@pytest.mark.parametrize("prospect", FAMILY)
async def test_C05_whichever_record_it_is_told_of_the_prospect_moves(
    customers: Client, prospect: str, buyer: str
) -> None:
    for name in FAMILY:
        await (begun if name == prospect else known)(customers, name)
    for name in FAMILY[1:]:
        await merged(customers, name, "asha")
    await receive(customers, [purchase(buyer, "b1", BOUGHT)])
    assert await stage_of(customers, prospect) == ("exchange", None)
    await used(customers, BOUGHT + HOUR, buyer)
    assert await stage_of(customers, prospect) == ("usage", "secured")


async def test_C05_both_prospects_of_one_customer_move_and_an_enquiry_sees_every_purchase(customers: Client) -> None:
    await begun(customers, "asha")
    await begun(customers, "asha-web")
    await known(customers, "asha-till")
    for name in FAMILY[1:]:
        await merged(customers, name, "asha")
    await receive(customers, [purchase("asha-till", "b1", BOUGHT)])
    assert [await stage_of(customers, name) for name in ("asha", "asha-web")] == [("exchange", None)] * 2
    late = await customers.post("/v1/prospects", NEW | {"customer_id": "asha-till"})
    assert late.json()["stage"] == "exchange"
    await known(customers, "ben")
    await receive(customers, [purchase("asha-web", "b2", BOUGHT + HOUR)])
    assert (await customers.post("/v1/prospects", NEW | {"customer_id": "ben"})).json()["stage"] == "enquiry"


@pytest.mark.parametrize(("prospect", "buyer"), [("asha", "asha-till"), ("asha-till", "asha")])
async def test_C05_a_merge_brings_the_purchase_to_the_prospect(customers: Client, prospect: str, buyer: str) -> None:
    await begun(customers, prospect)
    await known(customers, buyer)
    await receive(customers, [purchase(buyer, "b1", BOUGHT)])
    assert await stage_of(customers, prospect) == ("enquiry", None)
    await merged(customers, "asha-till", "asha")
    assert await stage_of(customers, prospect) == ("exchange", None)


async def test_C05_a_merge_does_not_tell_their_own_purchases_again(customers: Client) -> None:
    await begun(customers)
    bills = [purchase("asha", f"b{hours}", BEGUN + hours * HOUR) for hours in (2, 3)]
    await receive(customers, bills)
    await step(customers, "stage", stage="interaction", reason="all of it came back")
    await known(customers, "asha-till")
    before = (await customers.get(PATH)).json()
    await merged(customers, "asha-till", "asha")
    assert (await customers.get(PATH)).json() == before
