"""K07: the logbook is only ever added to, and found by store and day."""

from typing import Any

import asyncpg
import httpx
import pytest

from services.complaints.workers import working
from shared.events.customers import CustomerErased, CustomerMerged
from shared.events.reference import StoreOpened
from tests.complaints.incidents import recorded
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import NOON, told

ENTRY = {"store_id": "330", "kind": "accident", "occurred_at": "2026-03-01T10:00:00Z", "reported_by": "emp-7"}

FORBIDDEN = (
    "update logbook set kind = 'note'",
    "update logbook set kind = 'note' where false",
    "delete from logbook where id = 'e2'",
    "truncate logbook cascade",
    "insert into logbook select * from logbook on conflict (id) do update set kind = 'note'",
    "update logbook_notes set note = 'nothing happened'",
    "truncate logbook_notes",
    "delete from logbook_notes where entry_id = 'e1'",
    "set elevenfold.forgetting = 'on'; delete from logbook_notes where entry_id = 'e2'",
    "set elevenfold.forgetting = 'on'; delete from logbook_notes where entry_id = 'e1'",
    "set elevenfold.forgetting = 'on'; update logbook_notes set note = 'nothing happened'",
    "set session_replication_role = 'replica'; delete from logbook_notes",
)
"""What the triggers refuse to anybody."""


async def wrote(client: Client, **more: object) -> dict[str, Any]:
    """An entry that was just written, as it was answered."""
    answer = await client.post("/v1/logbook", ENTRY | more)
    assert answer.status_code == 201, answer.text
    entry: dict[str, Any] = answer.json()
    return entry


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_K07_an_entry_is_written_once_and_mended_by_another(complaints: Client) -> None:
    entry = await wrote(complaints, id="e1", note="slipped on oil")
    again = await complaints.post("/v1/logbook", ENTRY | {"id": "e1", "note": "slipped on oil"})
    assert (again.status_code, again.json()) == (200, entry)
    about = {"note": "slipped on oil", "customer_id": "asha"}
    for other in ({"note": "fell"}, {"note": None}, {"note": "slipped on oil", "kind": "note"}, about):
        assert (await complaints.post("/v1/logbook", ENTRY | {"id": "e1"} | other)).status_code == 409
    mended = await wrote(complaints, id="e2", corrects="e1", note="slipped on water")
    assert (await complaints.get("/v1/logbook/e1")).json() == entry
    assert (await complaints.get("/v1/logbook/e2")).json() == mended
    assert (await complaints.call("PUT", "/v1/logbook/e1", ENTRY)).status_code == 405
    assert (await complaints.call("DELETE", "/v1/logbook/e1")).status_code == 405


async def test_K07_not_even_the_owner_changes_the_logbook(complaints: Client) -> None:
    await wrote(complaints, id="e1", note="slipped on oil", customer_id="asha")
    await wrote(complaints, id="e2", note="a shelf fell over")
    before = await dump(complaints.database_url)
    owner = await asyncpg.connect(complaints.database_url)
    try:
        assert await owner.fetchval("select tableowner = current_user from pg_tables where tablename = 'logbook'")
        for statement in FORBIDDEN:
            with pytest.raises(asyncpg.RestrictViolationError):
                await owner.execute(statement)
            await owner.execute("reset all")
    finally:
        await owner.close()
    assert await dump(complaints.database_url) == before


async def test_K07_entries_are_found_by_the_day_of_their_store(complaints: Client) -> None:
    opened = StoreOpened(time_zone="America/New_York")
    await handled(complaints, working(WORKER_SETTINGS), told(opened, "store:330", "330"))
    # New York went from UTC-5 to UTC-4 in the night to 2026-03-08, a day of 23 hours.
    for name, at in (
        ("late", "2026-03-09T03:59:59Z"),
        ("next", "2026-03-09T04:00:00Z"),
        ("first", "2026-03-08T05:00:00Z"),
    ):
        await wrote(complaints, id=name, occurred_at=at)
    await wrote(complaints, id="before", occurred_at="2026-03-08T04:59:59Z")
    await wrote(complaints, id="elsewhere", store_id="7", occurred_at="2026-03-08T12:00:00Z")
    day = "/v1/logbook?store_id=330&day=2026-03-08"
    assert ids(await complaints.get(day)) == ["first", "late"]
    page = await complaints.get(f"{day}&limit=1")
    assert ids(await complaints.get(f"{day}&limit=1&cursor={page.json()['next']}")) == ["late"]
    assert ids(await complaints.get("/v1/logbook?store_id=7&day=2026-03-08")) == ["elsewhere"], "a store nobody told of"
    for bad in ("day=2026-03-08", "store_id=330&day=yesterday"):
        assert (await complaints.get(f"/v1/logbook?{bad}")).status_code == 422
    bound = complaints.issuer.token(stores=["7"])
    assert ids(await complaints.get("/v1/logbook", bearer=bound)) == ["elsewhere"]
    assert (await complaints.get("/v1/logbook/late", bearer=bound)).status_code == 404
    assert (await complaints.post("/v1/logbook", ENTRY, bearer=bound)).status_code == 403


async def test_K07_an_entry_that_names_what_is_not_there_leaves_nothing(complaints: Client) -> None:
    await recorded(complaints, id="i7", store_id="7")
    await wrote(complaints, id="e7", store_id="7")
    before = await dump(complaints.database_url)
    bad: list[dict[str, Any]] = [
        {"incident_id": "i1"}, {"incident_id": "i7"}, {"corrects": "e1"}, {"corrects": "e7"}, {"kind": "a b"},
        {"note": ""}, {"customer_id": "asha"}, {"occurred_at": "2999-01-01T00:00:00Z"}, {"occurred_at": None},
    ]  # fmt: skip
    for body in bad:
        assert (await complaints.post("/v1/logbook", ENTRY | body)).status_code == 422, body
    assert await dump(complaints.database_url) == before


async def left_behind(client: Client, entry: str, note: str) -> None:
    """Words of who is erased already, that an older process wrote."""
    await wrote(client, id=entry, note="nobody fell")
    connection = await asyncpg.connect(client.database_url)
    try:
        await connection.execute(
            "insert into logbook (id, store_id, kind, occurred_at, simulated, content, created_at, version)"
            " select 'left', store_id, kind, occurred_at, simulated, content, created_at, version from logbook"
            " where id = $1",
            entry,
        )
        await connection.execute("insert into logbook_notes values ('left', 'asha', $1)", note)
    finally:
        await connection.close()


async def test_C10_what_mends_an_entry_is_forgotten_with_it(complaints: Client) -> None:
    await recorded(complaints, id="i1", customer_id="asha")
    await wrote(complaints, id="e1", note="canary one", customer_id="asha")
    await wrote(complaints, id="e2", corrects="e1")
    mended = await wrote(complaints, id="e3", corrects="e2", note="canary two")
    assert mended["customer_id"] == "asha"
    assert (
        await complaints.post("/v1/logbook", ENTRY | {"id": "e3", "corrects": "e2", "note": "canary two"})
    ).is_success
    await wrote(complaints, id="e4", incident_id="i1")
    await wrote(complaints, id="e5", corrects="e4", note="canary three")
    await handled(complaints, working(WORKER_SETTINGS), told(CustomerErased(erasure_id="part-1"), "asha", "asha"))
    assert found(await dump(complaints.database_url), "canary", "asha") == []
    await left_behind(complaints, "e6", "canary four")
    await handled(complaints, working(WORKER_SETTINGS), told(CustomerErased(erasure_id="part-1"), "asha", "asha"))
    assert found(await dump(complaints.database_url), "canary", "asha") == []
    assert (await complaints.get("/v1/logbook/e3")).json() == mended | {"customer_id": None, "note": None}


async def test_K07_an_entry_speaks_of_one_customer(complaints: Client) -> None:
    merged = told(CustomerMerged(into="asha", at=NOON), "till-7", "till-7")
    await handled(complaints, working(WORKER_SETTINGS), merged)
    for who in ("asha", "ben"):
        await recorded(complaints, id=f"i-{who}", customer_id=who)
    await wrote(complaints, id="e1", note="slipped", customer_id="asha")
    before = await dump(complaints.database_url)
    for named, pointer in (
        ({"incident_id": "i-asha", "customer_id": "ben"}, "/customer_id"),
        ({"corrects": "e1", "customer_id": "ben"}, "/customer_id"),
        ({"corrects": "e1", "incident_id": "i-ben"}, "/incident_id"),
    ):
        answer = await complaints.post("/v1/logbook", ENTRY | {"note": "fell"} | named)
        assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [pointer])
    assert await dump(complaints.database_url) == before
    family = await wrote(complaints, incident_id="i-asha", corrects="e1", customer_id="till-7", note="fell")
    assert family["customer_id"] == "till-7"
    nobodys = await complaints.post("/v1/logbook", ENTRY | {"customer_id": "asha"})
    assert [each["pointer"] for each in nobodys.json()["errors"]] == ["/customer_id"]
