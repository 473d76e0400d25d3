"""C10: a person is forgotten by this service, whatever it held of them, and others are told to."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from services.customers.base import Base
from services.customers.workers import working
from shared.events import Event
from shared.events.customers import CustomerErased, RelationshipEnded
from shared.events.erasures import ErasureCompleted, Service
from shared.held import owned
from tests.customers.erasures import CANARY, fill
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import NOON, told

GONE = "urn:elevenfold:problem:gone"
NOBODY_S = {"erasures", "erasure_parts", "erasure_answers", "parties", "stores"}
PLUMBING = {"outbox", "idempotency_keys", "history", "offsets", "erased"}
SERVICES: tuple[Service, ...] = ("customers", "complaints", "loyalty", "scoring")

WRITTEN = (
    "update visits set note = $1",
    "insert into history (entity, entity_id, version, at, recorded_at, by, what, after)"
    " values ('visit', 'v1', 2, now(), now(), 'clock', 'note', $1)",
    'insert into relationships (id, customer_id, party_id, party_kind, role, "primary", occurred_at, changed_at,'
    " simulated, content, created_at, version)"
    " values ('r9', 'ben', 'asha', 'customer', $1, false, now(), now(), false, '', now(), 1)",
    "insert into outbox (id, aggregatetype, aggregateid, type, payload) values ('e', 't', 'asha', 't', $1)",
)


async def know(customers: Client, *names: str) -> None:
    """Customers of these ids."""
    for name in names:
        answer = await customers.put(f"/v1/customers/{name}", {"kind": "individual", "name": f"{CANARY} {name}"})
        assert answer.status_code == 201, answer.text


async def merge(customers: Client, one: str, into: str) -> None:
    """`one` is the same person as `into`."""
    answer = await customers.post(f"/v1/customers/{one}/merge", {"into": into}, match='"1"')
    assert answer.status_code == 200, answer.text


async def erase(customers: Client, name: str, **options: Any) -> httpx.Response:
    """The demand."""
    return await customers.call("DELETE", f"/v1/customers/{name}/personal-data", **options)


async def erased(customers: Client, name: str) -> dict[str, Any]:
    """The receipt of an erasure that was just demanded."""
    answer = await erase(customers, name)
    assert answer.status_code == 202, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def parts(customers: Client) -> dict[str, str]:
    """By id, under which erasure id it was announced."""
    events = [event for event in await customers.outbox() if isinstance(event.data, CustomerErased)]
    return {event.partitionkey: event.data.erasure_id for event in events if isinstance(event.data, CustomerErased)}


def done(service: Service, part: str) -> Event:
    """A service's answer."""
    return told(ErasureCompleted(service=service), f"erasure:{part}", part)


def test_C10_whose_every_table_is_can_be_told() -> None:
    known = owned(Base.metadata, ["asha"])
    assert set(Base.metadata.tables) - set(known) - NOBODY_S - PLUMBING == set()


async def test_C10_nothing_is_left_of_who_is_erased(customers: Client) -> None:
    await fill(customers.database_url, Base.metadata, "asha")
    await know(customers, "ben")
    before = await dump(customers.database_url)
    told_of = {line.split()[0] for line in found(before, "asha", CANARY)}
    assert told_of >= {f"public.{name}" for name in owned(Base.metadata, ["asha"])}
    await erased(customers, "asha")
    left = await dump(customers.database_url)
    assert [
        line for line in found(left, "asha", CANARY) if "crm.customer.erased" not in line and "ben" not in line
    ] == []
    assert (await customers.get("/v1/customers/ben")).json()["name"] == f"{CANARY} ben"


async def test_C10_the_receipt_tells_nothing_of_the_person(customers: Client) -> None:
    await know(customers, "asha")
    answer = await erase(customers, "asha")
    receipt = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/v1/erasures/{receipt['id']}")
    assert receipt["services"] == [{"service": service, "completed_at": None} for service in SERVICES]
    assert (receipt["completed_at"], "asha" in answer.text) == (None, False)
    read = await customers.get(answer.headers["Location"])
    assert (read.status_code, read.json()) == (200, receipt)
    again = await erase(customers, "asha")
    assert (again.status_code, again.json()) == (200, receipt)
    assert (await customers.get("/v1/erasures/other")).status_code == 404


async def test_C10_nobody_elses_history_names_who_is_erased(customers: Client) -> None:
    for name in ("asha", "ben"):
        assert (await customers.put(f"/v1/customers/{name}", {"kind": "individual"})).status_code == 201
    assert (await customers.put("/v1/customers/ben/duplicates/asha", {"same": False})).is_success
    await erased(customers, "asha")
    parts = [change["part"] for change in (await customers.get("/v1/customers/ben/history")).json()["items"]]
    assert parts == [None]


async def test_C10_who_is_known_to_others_alone_can_be_erased(customers: Client) -> None:
    """A till sells to whom nobody registered."""
    assert (await erase(customers, "nobody")).status_code == 202
    assert "crm.customer.erased.v1" in [event.type for event in await customers.outbox()]
    assert (await customers.put("/v1/customers/nobody", {"kind": "individual"})).status_code == 410


async def test_C10_who_has_no_profile_can_be_erased(customers: Client) -> None:
    visit = {"id": "v1", "customer_id": "asha", "channel": "web", "started_at": "2026-03-01T10:00:00Z", "note": CANARY}
    assert (await customers.post("/v1/visits", visit)).status_code == 201
    await erased(customers, "asha")
    assert found(await dump(customers.database_url), CANARY) == []
    assert (await customers.get("/v1/visits/v1")).status_code == 404


@pytest.mark.parametrize("narrow", [{"scopes": ["customers:read", "customers:write"]}, {"stores": ["330"]}])
async def test_C10_only_administrators_of_the_whole_chain_erase(customers: Client, narrow: dict[str, Any]) -> None:
    await know(customers, "asha")
    refused = await erase(customers, "asha", bearer=customers.issuer.token(**narrow))
    assert refused.status_code == 403
    assert (await customers.get("/v1/customers/asha")).status_code == 200


async def test_C10_every_id_of_the_person_is_erased(customers: Client) -> None:
    await know(customers, "a1", "a2", "a3", "ben")
    await merge(customers, "a3", "a2")
    await merge(customers, "a2", "a1")
    receipt = await erased(customers, "a2")
    announced = await parts(customers)
    assert set(announced) == {"a1", "a2", "a3"}
    assert len(set(announced.values())) == 3
    answered = [event.subject for event in await customers.outbox() if isinstance(event.data, ErasureCompleted)]
    assert sorted(answered) == sorted(announced.values())
    for name in announced:
        assert (await erase(customers, name)).json() == receipt
        assert (await customers.get(f"/v1/customers/{name}")).status_code == 410
    assert (await customers.get("/v1/customers/ben")).status_code == 200


async def test_C10_who_was_parted_again_is_not_erased_along(customers: Client) -> None:
    await know(customers, "a1", "a2")
    await merge(customers, "a2", "a1")
    await customers.call("DELETE", "/v1/customers/a2/merge", match='"2"')
    await erased(customers, "a1")
    assert set(await parts(customers)) == {"a1"}
    assert (await customers.get("/v1/customers/a2")).status_code == 200


async def test_C10_others_relationships_with_them_end(customers: Client) -> None:
    await know(customers, "asha", "ben")
    for key, role in (("r1", "household"), ("r2", "introducer")):
        link = {"id": key, "customer_id": "ben", "party_id": "asha", "party_kind": "customer", "role": role}
        answer = await customers.post("/v1/relationships", link | {"occurred_at": "2026-03-01T10:00:00Z"})
        assert answer.status_code == 201, answer.text
    await customers.post("/v1/relationships/r2/end", {"occurred_at": "2026-03-02T10:00:00Z"}, match='"1"')
    await erased(customers, "asha")
    ended = [event for event in await customers.outbox() if isinstance(event.data, RelationshipEnded)]
    assert [(event.partitionkey, event.subject) for event in ended] == [("ben", "r2"), ("ben", "r1")]
    assert (await customers.get("/v1/relationships/r1")).status_code == 404
    left = found(await dump(customers.database_url), "asha", f"{CANARY} asha")
    assert all(line.startswith("public.outbox") for line in left)


async def test_C10_stored_answers_and_what_is_not_published_is_forgotten(customers: Client) -> None:
    await customers.post("/v1/customers", {"id": "asha", "kind": "individual", "name": CANARY}, key="k1")
    await erased(customers, "asha")
    assert [event.data.TYPE for event in await customers.outbox()] == [CustomerErased.TYPE, ErasureCompleted.TYPE]
    again = await customers.post("/v1/customers", {"id": "asha", "kind": "individual", "name": CANARY}, key="k1")
    assert (again.status_code, again.json()["type"]) == (410, GONE)


async def test_C10_every_path_of_the_customer_answers_410(customers: Client) -> None:
    await know(customers, "asha")
    document = (await customers.http.get("/openapi.json")).json()
    paths = [
        (method.upper(), path.replace("{customer_id}", "asha").replace("{", "").replace("}", ""))
        for path, operations in document["paths"].items()
        for method in operations
        if "{customer_id}" in path
    ]
    assert len(paths) > 60
    await erased(customers, "asha")
    for method, path in paths:
        answer = await customers.call(method, path, None if method in {"GET", "DELETE"} else {})
        assert (answer.status_code, answer.json()["type"]) == (410, GONE), f"{method} {path}"
    found_at = [
        path for path in document["paths"] if path.startswith("/v1/customers/{") and "{customer_id}" not in path
    ]
    assert found_at == ["/v1/customers/{person_id}/personal-data"]


async def test_C10_demanded_by_two_at_once_it_is_one_erasure(customers: Client) -> None:
    await know(customers, "a1", "a2")
    await merge(customers, "a2", "a1")
    answers = await asyncio.gather(*(erase(customers, name) for name in ("a1", "a2") * 4))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [202]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await parts(customers)) == 2


@pytest.mark.parametrize("held", ["customers where id", "visits where customer_id"])
async def test_C10_what_is_just_being_written_is_waited_for(customers: Client, held: str) -> None:
    await know(customers, "asha")
    await customers.put("/v1/customers/ben", {"kind": "individual"})
    visit = {"id": "v1", "customer_id": "asha", "channel": "web", "started_at": "2026-03-01T10:00:00Z"}
    await customers.post("/v1/visits", visit)
    writer = await asyncpg.connect(customers.database_url)
    try:
        async with writer.transaction():
            await writer.execute(f"select from {held} = 'asha' for key share")
            erasing = asyncio.ensure_future(erase(customers, "asha"))
            await asyncio.sleep(0.3)
            assert not erasing.done()
            for statement in WRITTEN:
                await writer.execute(statement, CANARY)
        assert (await erasing).status_code == 202
    finally:
        await writer.close()
    assert found(await dump(customers.database_url), CANARY) == []


async def test_C10_an_erasure_is_complete_when_every_service_answered_for_every_id(customers: Client) -> None:
    await know(customers, "a1", "a2")
    await merge(customers, "a2", "a1")
    path = f"/v1/erasures/{(await erased(customers, 'a1'))['id']}"
    work, (first, second) = working(WORKER_SETTINGS), (await parts(customers)).values()
    await handled(customers, work, *(done(service, first) for service in SERVICES), done("loyalty", second))
    receipt = (await customers.get(path)).json()
    complete = {each["service"] for each in receipt["services"] if each["completed_at"]}
    assert (complete, receipt["completed_at"]) == ({"loyalty"}, None)
    await handled(customers, work, *(done(service, second) for service in SERVICES), done("scoring", "unheard-of"))
    receipt = (await customers.get(path)).json()
    assert all(each["completed_at"] == "2026-03-01T12:00:00Z" for each in receipt["services"])
    assert receipt["completed_at"] == "2026-03-01T12:00:00Z"
    later = told(ErasureCompleted(service="scoring"), f"erasure:{first}", first, NOON.replace(year=2027))
    await handled(customers, work, later)
    assert (await customers.get(path)).json() == receipt
