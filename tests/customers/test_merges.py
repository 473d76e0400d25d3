"""C04: a record that turns out to be another customer's is merged into them, and unmerged if it was not so."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customers.merges.domain import RefusedError, Standing, check_merge, check_unmerge
from shared.events.customers import CustomerMerged, CustomerUnmerged
from tests.customers.visits import bound
from tests.support.client import Client

FIRST, SECOND = "2026-02-01T10:00:00Z", "2026-03-01T10:00:00Z"
NAMES = ("ann", "ben", "cid")


@pytest.fixture
async def known(customers: Client) -> Client:
    """Ann, Ben and Cid; each is called by their name at the till."""
    for name in NAMES:
        till = [{"system": "till", "value": name}]
        await customers.put(f"/v1/customers/{name}", {"kind": "individual", "name": name, "external_ids": till})
    return customers


async def merge(client: Client, one: str, into: str, match: str | None = '"1"', **more: Any) -> httpx.Response:
    """`one` is merged into `into`."""
    return await client.post(f"/v1/customers/{one}/merge", {"into": into} | more, match=match)


async def unmerge(client: Client, one: str, match: str | None = '"2"', **more: Any) -> httpx.Response:
    """`one` is parted from whom they were merged into."""
    return await client.call("DELETE", f"/v1/customers/{one}/merge", more or None, match=match)


async def at_till(client: Client, name: str, **options: Any) -> list[str]:
    """Whom a till's id finds."""
    answer = await client.get(f"/v1/customers?external_id=till:{name}", **options)
    return [customer["id"] for customer in answer.json()["items"]]


async def everything(client: Client) -> list[Any]:
    """Rows, histories and events."""
    paths = [path for name in NAMES for path in (f"/v1/customers/{name}", f"/v1/customers/{name}/history")]
    return [(await client.get(path)).json() for path in paths] + [len(await client.outbox())]


async def test_C04_a_merged_record_tells_whose_it_is(known: Client) -> None:
    merged = await merge(known, "ben", "ann", occurred_at=FIRST)
    assert (merged.status_code, merged.headers["ETag"]) == (200, '"2"')
    assert (merged.json()["merged_into"], merged.json()["merged_at"]) == ("ann", FIRST)
    assert (await known.get("/v1/customers/ben")).json() == merged.json()
    event = (await known.outbox())[-1]
    assert event.data == CustomerMerged(into="ann", at=datetime(2026, 2, 1, 10, tzinfo=UTC))
    assert (event.partitionkey, event.subject, event.time) == ("ben", "ben", datetime(2026, 2, 1, 10, tzinfo=UTC))
    [change, _] = (await known.get("/v1/customers/ben/history")).json()["items"]
    assert (change["what"], change["version"], change["at"]) == ("merge", 2, FIRST)
    assert change["before"] == {"merged_into": None, "merged_at": None}
    assert change["after"] == {"merged_into": "ann", "merged_at": FIRST}


async def test_C04_the_same_merge_again_does_nothing(known: Client) -> None:
    await merge(known, "ben", "ann", occurred_at=FIRST)
    before = await everything(known)
    for match, more in (('"1"', {}), ('"2"', {}), (None, {}), ('"1"', {"occurred_at": FIRST})):
        again = await merge(known, "ben", "ann", match, **more)
        assert (again.status_code, again.json()["version"]) == (200, 2)
    assert await everything(known) == before


async def test_C04_an_unmerge_gives_each_their_own_again(known: Client) -> None:
    await merge(known, "ben", "ann", occurred_at=FIRST)
    parted = await unmerge(known, "ben", occurred_at=SECOND)
    assert (parted.status_code, parted.headers["ETag"], parted.json()["merged_into"]) == (200, '"3"', None)
    event = (await known.outbox())[-1]
    assert event.data == CustomerUnmerged(at=datetime(2026, 3, 1, 10, tzinfo=UTC))
    assert (event.partitionkey, event.subject) == ("ben", "ben")
    before = await everything(known)
    for match in ('"2"', '"3"', None):
        assert (await unmerge(known, "ben", match)).json() == parted.json()
    assert await everything(known) == before
    assert await at_till(known, "ben") == ["ben"]
    [change, *_] = (await known.get("/v1/customers/ben/history")).json()["items"]
    assert (change["what"], change["at"], change["before"]["merged_into"]) == ("unmerge", SECOND, "ann")
    assert (await merge(known, "ben", "cid", '"3"')).status_code == 200


REFUSALS = {
    "themselves": (("cid", "cid"), {}, "themselves"),
    "into one merged": (("cid", "ben"), {}, "ben was merged into ann: merge into ann"),
    "in a circle": (("ann", "ben"), {}, "go round in a circle"),
    "merged already": (("ben", "cid"), {"match": '"2"'}, "part them first"),
    "at another moment": (("ben", "ann"), {"match": '"2"', "occurred_at": SECOND}, "part them first"),
}


@pytest.mark.parametrize("case", REFUSALS)
async def test_C04_a_merge_that_a_rule_forbids_is_refused_by_name(known: Client, case: str) -> None:
    (one, into), options, rule = REFUSALS[case]
    await merge(known, "ben", "ann", occurred_at=FIRST)
    before = await everything(known)
    refused = await merge(known, one, into, **options)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert rule in refused.json()["detail"]
    assert await everything(known) == before


async def test_C04_merging_does_not_go_back_in_time(known: Client) -> None:
    refused = await unmerge(known, "ben", '"1"')
    assert (refused.status_code, refused.json()["detail"]) == (409, "ben is merged into nobody")
    await merge(known, "ben", "ann", occurred_at=SECOND)
    assert (await unmerge(known, "ben", occurred_at=FIRST)).status_code == 409
    await unmerge(known, "ben", occurred_at=SECOND)
    before = await everything(known)
    refused = await merge(known, "ben", "ann", '"3"', occurred_at=FIRST)
    assert (refused.status_code, "parted" in refused.json()["detail"]) == (409, True)
    assert await everything(known) == before


async def test_C04_nobody_is_merged_into_who_stood_for_another_then(known: Client) -> None:
    """Ben was Ann's in February: had Ann been Ben's then as well, they would have gone round in a circle."""
    await merge(known, "ben", "ann", occurred_at=FIRST)
    await unmerge(known, "ben", occurred_at=SECOND)
    before = await everything(known)
    refused = await merge(known, "ann", "ben", occurred_at="2026-02-15T10:00:00Z")
    assert (refused.status_code, "ben was parted from somebody after that" in refused.json()["detail"]) == (409, True)
    assert await everything(known) == before
    assert (await merge(known, "ann", "ben", occurred_at=SECOND)).status_code == 200


@pytest.mark.parametrize(
    ("one", "body", "match", "status"),
    [
        ("ben", {"into": "ann"}, None, 428),
        ("ben", {"into": "ann"}, '"7"', 412),
        ("ben", {"into": "nobody"}, '"1"', 404),
        ("nobody", {"into": "ann"}, '"1"', 404),
        ("ben", {}, '"1"', 422),
        ("ben", {"into": "a b"}, '"1"', 422),
        ("ben", {"into": "ann", "why": "?"}, '"1"', 422),
        ("ben", {"into": "ann", "occurred_at": "2026-01-01T00:00:00"}, '"1"', 422),
        ("ben", {"into": "ann", "occurred_at": "2199-01-01T00:00:00Z"}, '"1"', 422),
    ],
)
async def test_C04_bad_input_merges_nobody(
    known: Client, one: str, body: dict[str, str], match: str | None, status: int
) -> None:
    before = await everything(known)
    assert (await known.post(f"/v1/customers/{one}/merge", body, match=match)).status_code == status
    assert (await unmerge(known, "ben", match and '"7"')).status_code in {412, 428}
    assert await everything(known) == before


async def test_C04_a_merged_profile_stays_as_it_is(known: Client) -> None:
    await merge(known, "ben", "ann")
    before = await everything(known)
    ben = {"kind": "individual", "name": "ben", "external_ids": [{"system": "till", "value": "ben"}]}
    assert (await known.put("/v1/customers/ben", ben)).status_code == 200
    for answer in (
        await known.put("/v1/customers/ben", ben | {"name": "Ben"}, match='"2"'),
        await known.call("PATCH", "/v1/customers/ben", {"region": "south"}, match='"2"'),
    ):
        assert (answer.status_code, "into ann" in answer.json()["detail"]) == (409, True)
    assert await everything(known) == before
    assert (await known.call("PATCH", "/v1/customers/ann", {"region": "south"}, match='"1"')).status_code == 200


async def test_C04_a_till_is_told_whom_its_id_stands_for(known: Client) -> None:
    await merge(known, "cid", "ben")
    assert (await merge(known, "ben", "ann")).status_code == 200, "those who were merged into Ben come along"
    bearer = bound(known, "330")
    assert [await at_till(known, name, bearer=bearer) for name in NAMES] == [["ann"]] * 3
    await unmerge(known, "ben")
    assert [await at_till(known, name) for name in NAMES] == [["ann"], ["ben"], ["ben"]]


async def test_C04_lists_leave_merged_records_out_unless_asked(known: Client) -> None:
    await merge(known, "cid", "ann")
    for query, found in (("", ["ann", "ben"]), ("?merged_into=ann", ["cid"]), ("?merged_into=ben", [])):
        items = (await known.get(f"/v1/customers{query}")).json()["items"]
        assert [item["id"] for item in items] == found


async def test_C10_who_was_erased_is_merged_with_nobody(known: Client) -> None:
    await merge(known, "cid", "ann")
    await known.call("DELETE", "/v1/customers/ann/personal-data")
    before = len(await known.outbox())
    assert (await merge(known, "ben", "ann")).status_code == 410
    assert (await merge(known, "ann", "ben")).status_code == 410
    assert (await unmerge(known, "cid")).status_code == 410, "who is merged is erased with whom they stand for"
    assert len(await known.outbox()) == before


async def both(*requests: Any) -> list[int]:
    """What is answered to people who act at the same moment."""
    return sorted(answer.status_code for answer in await asyncio.gather(*requests))


@pytest.mark.parametrize(
    "merges",
    [(("ann", "ben"), ("ben", "ann")), (("ann", "ben"), ("ann", "cid"))],
    ids=["into each other", "into two"],
)
async def test_C04_of_two_merges_at_once_one_wins(known: Client, merges: tuple[tuple[str, str], ...]) -> None:
    won, lost = await both(*(merge(known, one, into) for one, into in merges))
    assert (won, lost in {409, 412}) == (200, True)
    told = [event for event in await known.outbox() if isinstance(event.data, CustomerMerged)]
    rows = [(await known.get(f"/v1/customers/{name}")).json() for name in NAMES]
    assert [(row["id"], row["merged_into"]) for row in rows if row["merged_into"]] == [
        (event.partitionkey, event.data.into) for event in told if isinstance(event.data, CustomerMerged)
    ]
    assert len(told) == 1


async def test_C04_of_two_who_part_and_merge_at_once_one_wins(known: Client) -> None:
    await merge(known, "ben", "ann")
    won, lost = await both(unmerge(known, "ben"), merge(known, "ben", "cid", '"2"'))
    assert (won, lost in {409, 412}) == (200, True)
    assert (await known.get("/v1/customers/ben")).json()["merged_into"] is None


async def test_C04_a_merge_and_a_change_of_the_profile_at_once(known: Client) -> None:
    patch = known.call("PATCH", "/v1/customers/ben", {"region": "south"}, match='"1"')
    won, lost = await both(merge(known, "ben", "ann"), patch)
    assert (won, lost in {409, 412}) == (200, True)
    assert (await known.get("/v1/customers/ben")).json()["version"] == 2


async def test_C04_many_merges_at_once_make_no_circle(customers: Client) -> None:
    names = [f"c{number}" for number in range(6)]
    for name in names:
        await customers.put(f"/v1/customers/{name}", {"kind": "individual"})
    pairs = [(one, names[(number + step) % 6]) for number, one in enumerate(names) for step in (1, 2, 5)]
    statuses = await both(*(merge(customers, one, into) for one, into in pairs))
    assert set(statuses) <= {200, 409, 412}
    whose = {name: (await customers.get(f"/v1/customers/{name}")).json()["merged_into"] for name in names}
    assert statuses.count(200) == sum(into is not None for into in whose.values()) > 0
    assert any(into is None for into in whose.values())
    for name in names:
        for _ in names:
            name = whose.get(name) or name  # noqa: PLW2901
        assert whose[name] is None


STEPS = st.lists(st.tuples(st.sampled_from("abcd"), st.none() | st.sampled_from("abcd"), st.integers(0, 3)))


@given(STEPS)
def test_C04_whatever_the_rules_allow_everybody_stands_for_somebody(steps: list[tuple[str, str | None, int]]) -> None:
    records = {name: Standing(name) for name in "abcd"}

    def root(name: str) -> str:
        for _ in records:
            name = records[name].merged_into or name
        return name

    for one, into, day in steps:
        at, record = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day), records[one]
        try:
            if into is None:
                check_unmerge(record, at)
                records[one] = Standing(one, unmerged_at=at)
            else:
                check_merge(record, records[into], root(into), at)
                records[one] = Standing(one, into, at, record.unmerged_at)
        except RefusedError:
            continue
        assert all(records[root(name)].merged_into is None for name in records)
        if into is not None:
            assert root(one) == into
