"""What was answered 2xx is stored; what could not be stored is never answered 2xx."""

import asyncio
import uuid
from pathlib import Path

import asyncpg
import httpx

from deploy.local.issuer import Issuer
from services.customers.settings import CustomersSettings
from services.customers.web import build
from tests.support.client import Client, web_settings
from tests.support.outage import Forwarder

ASHA = {"kind": "individual", "name": "Asha Rao"}

# A trigger that lets every statement through and fails at the commit itself.
FAIL_AT_COMMIT = (
    "create function fail() returns trigger language plpgsql as $$ begin raise exception 'no commit'; end $$",
    "create constraint trigger late after insert on customers deferrable initially deferred "
    "for each row execute function fail()",
)


async def execute(client: Client, *statements: str) -> None:
    """Change the service's database by hand."""
    connection = await asyncpg.connect(client.database_url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def test_W03_201_is_never_sent_for_a_failed_commit(customers: Client) -> None:
    await execute(customers, *FAIL_AT_COMMIT)
    answer = await customers.post("/v1/customers", ASHA | {"id": "asha"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "no commit" not in answer.text
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    await execute(customers, "drop trigger late on customers")
    assert (await customers.get("/v1/customers/asha")).status_code == 404
    assert await customers.outbox() == []


async def test_W03_a_key_replays_the_answer(customers: Client) -> None:
    key = str(uuid.uuid4())
    first = await customers.post("/v1/customers", ASHA, key=key)
    again = await customers.post("/v1/customers", ASHA, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.text, first.headers["ETag"], first.headers["Location"]) == (
        again.text,
        again.headers["ETag"],
        again.headers["Location"],
    )
    assert len(await customers.outbox()) == 1


async def test_W03_a_key_serves_one_request_alone(customers: Client) -> None:
    key = str(uuid.uuid4())
    await customers.post("/v1/customers", ASHA, key=key)
    other = await customers.post("/v1/customers", ASHA | {"name": "Ben"}, key=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:elevenfold:problem:idempotency-key-reused")
    elsewhere = customers.issuer.token(sub="somebody-else")
    assert (await customers.post("/v1/customers", ASHA, key=key, bearer=elsewhere)).status_code == 201


async def test_W03_a_refused_request_does_not_use_up_its_key(customers: Client) -> None:
    key = str(uuid.uuid4())
    assert (await customers.post("/v1/customers", ASHA | {"kind": "robot"}, key=key)).status_code == 422
    assert (await customers.post("/v1/customers", ASHA, key=key)).status_code == 201


async def test_W03_one_key_at_the_same_moment_has_one_effect(customers: Client) -> None:
    key = str(uuid.uuid4())
    answers = await asyncio.gather(*(customers.post("/v1/customers", ASHA, key=key) for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.text for answer in answers if answer.status_code == 201}) == 1
    assert len(await customers.outbox()) == 1


async def test_W03_one_version_is_changed_once(customers: Client) -> None:
    await customers.put("/v1/customers/asha", ASHA)
    changes = [customers.call("PATCH", "/v1/customers/asha", {"name": f"Asha {n}"}, match='"1"') for n in range(100)]
    codes = sorted(answer.status_code for answer in await asyncio.gather(*changes))
    assert codes == [200] + [412] * 99


async def test_W02_the_callers_trace_goes_with_the_event(customers: Client) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for name, header in (("asha", trace), ("ben", "x" * 500)):
        answer = await customers.put(f"/v1/customers/{name}", ASHA, headers={"traceparent": header})
        assert answer.status_code == 201
    assert [event.traceparent for event in await customers.outbox()] == [trace, None]


async def test_W03_without_its_database_a_service_says_503_and_recovers(
    customers: Client, issuer: Issuer, tmp_path: Path
) -> None:
    url, _, socket_folder = customers.database_url.partition("?host=")
    database = Forwarder(tmp_path, Path(socket_folder))
    app = build(web_settings(CustomersSettings, issuer, f"{url}?host={tmp_path}"))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://customers") as http:
        service = Client(http, issuer, customers.database_url)
        await database.open()
        assert (await service.put("/v1/customers/asha", ASHA)).status_code == 201
        await database.close()
        started = asyncio.get_running_loop().time()
        answer = await service.get("/v1/customers/asha")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert answer.json()["type"] == "urn:elevenfold:problem:unavailable"
        assert asyncio.get_running_loop().time() - started < 1
        assert (await service.get("/livez")).status_code == 200
        assert (await service.get("/readyz")).status_code == 503
        await database.open()
        assert (await service.get("/v1/customers/asha")).status_code == 200
        await app.state.engine.dispose()
        await database.close()
