"""K01: tokens bound to stores, and lists."""

import pytest

from tests.complaints.cases import BODIES, COMPLAINT, lived, opened
from tests.support.client import Client


async def test_K01_a_bound_token_opens_in_its_own_stores_only(complaints: Client) -> None:
    bound = complaints.issuer.token(stores=["330"])
    assert (await complaints.post("/v1/complaints", COMPLAINT, bearer=bound)).status_code == 201
    refused = await complaints.post("/v1/complaints", COMPLAINT | {"store_id": "331"}, bearer=bound)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:elevenfold:problem:forbidden")
    assert len(await complaints.outbox()) == 1


async def test_K01_another_stores_complaint_is_hidden(complaints: Client) -> None:
    case, bound = await opened(complaints, store_id="331"), complaints.issuer.token(stores=["330"])
    path = f"/v1/complaints/{case['id']}"
    assert (await complaints.get(path, bearer=bound)).status_code == 404
    for verb, body in BODIES.items():
        assert (await complaints.post(f"{path}/{verb}", body, match='"1"', bearer=bound)).status_code == 404
        assert (await complaints.post(f"{path}/{verb}", body, bearer=bound)).status_code == 404
    assert (await complaints.get(path)).json() == case


async def test_K01_lists_leave_other_stores_out(complaints: Client) -> None:
    mine = await opened(complaints)
    await opened(complaints, store_id="331")
    bound = complaints.issuer.token(stores=["330", "332"])
    assert (await complaints.get("/v1/complaints", bearer=bound)).json()["items"] == [mine]
    assert (await complaints.get("/v1/complaints?store_id=331", bearer=bound)).json()["items"] == []


async def test_K01_reading_and_writing_need_their_scopes(complaints: Client) -> None:
    reader = complaints.issuer.token(scopes=["complaints:read"])
    writer = complaints.issuer.token(scopes=["complaints:write"])
    assert (await complaints.post("/v1/complaints", COMPLAINT, bearer=reader)).status_code == 403
    assert (await complaints.get("/v1/complaints", bearer=writer)).status_code == 403
    assert (await complaints.http.get("/v1/complaints")).status_code == 401


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=in_progress", ["b"]),
        ("state=open", ["a", "c"]),
        ("store_id=331", ["c"]),
        ("customer_id=asha", ["b"]),
        ("category=price", ["c"]),
        ("severity=high", ["a", "c"]),
        ("severity=high&store_id=330", ["a"]),
        ("state=closed", []),
        ("department=tills", ["b"]),
        ("purchase_id=bill-1", ["a"]),
        ("overdue=true", ["a", "c"]),
        ("overdue=false", ["b"]),
    ],
)
async def test_K01_lists_are_narrowed(complaints: Client, query: str, found: list[str]) -> None:
    await opened(complaints, id="a", severity="high", purchase_id="bill-1")
    # Nothing is overdue of a case that waits for the customer since before it was due.
    told = await opened(complaints, id="b", customer_id="asha")
    await lived(complaints, told, "assign", "acknowledge", "pause", "assign")
    await opened(complaints, id="c", store_id="331", category="price", severity="high")
    items = (await complaints.get(f"/v1/complaints?{query}")).json()["items"]
    assert [item["id"] for item in items] == found


@pytest.mark.parametrize(
    "query", ["state=done", "severity=urgent", "category=weather", "store_id=a%20b", "limit=0", "overdue=soon"]
)
async def test_K01_a_filter_that_means_nothing_is_refused(complaints: Client, query: str) -> None:
    answer = await complaints.get(f"/v1/complaints?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{query.partition('=')[0]}")


async def test_K01_pages_show_each_complaint_once_while_others_come(complaints: Client) -> None:
    for name in ("c", "a", "b"):
        await lived(complaints, await opened(complaints, id=name), "remedies")
    first = (await complaints.get("/v1/complaints?limit=2")).json()
    await opened(complaints, id="0")
    second = (await complaints.get(f"/v1/complaints?limit=2&cursor={first['next']}")).json()
    assert [item["id"] for item in first["items"] + second["items"]] == ["c", "a", "b", "0"]
    assert second["next"] is None
    assert all(len(item["history"]) == 2 and len(item["remedies"]) == 1 for item in first["items"])
    assert (await complaints.get("/v1/complaints?cursor=nonsense")).status_code == 422
