"""Bodies, media types, unknown paths: a clear problem document for every refusal."""

import gzip

import pytest

from shared.web.cursors import encode
from tests.support.client import Client

ASHA = {"kind": "individual", "name": "Asha Rao"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/nowhere", 404),
        ("DELETE", "/v1/customers", 405),
        ("GET", "/v1/customers/" + "x" * 65, 422),
        ("GET", "/v1/customers/%00", 422),
        ("GET", "/v1/customers?limit=0", 422),
        ("GET", "/v1/customers?cursor=bm9uc2Vuc2U", 422),
        ("GET", "/v1/customers?external_id=till:%00", 422),
        ("GET", "/v1/customers/", 404),
        ("GET", f"/v1/customers?cursor={encode('a' + chr(0))}", 422),
        ("GET", f"/v1/visits?cursor={encode('0001-01-01T00:00:00+14:00', 'v')}", 422),
        ("GET", f"/v1/visits?cursor={encode('9999-12-31T23:59:59-14:00', 'v')}", 422),
    ],
)
async def test_W03_every_refusal_is_a_problem_document(customers: Client, method: str, path: str, status: int) -> None:
    answer = await customers.call(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= set(problem)
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"x" * 1_048_577, {}, 413),
        (b"kind=individual", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (gzip.compress(b"{}", mtime=0), {"Content-Encoding": "gzip"}, 415),
        (b"{}", {"Accept": "application/xml"}, 406),
        (b"{", {}, 422),
        (b'{"kind": "individual", "name": NaN}', {}, 422),
        (b'{"kind": "individual", "name": "\\ud800"}', {}, 422),
        (b'{"kind": "individual", "name": "\xff"}', {}, 422),
        (b"[" * 5000, {}, 422),
        (b"[" * 200_000, {}, 422),
        (b'{"not":' * 10_000 + b"1" + b"}" * 10_000, {}, 422),
        (b'{"kind": "individual", "name": ' + b"9" * 5000 + b"}", {}, 422),
    ],
)
async def test_W03_a_body_that_can_not_be_read(
    customers: Client, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await customers.call("POST", "/v1/customers", content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    # Some versions of Python call deep nesting a mistake in the JSON and tell where, others a failure to read it.
    assert status != 422 or (answer.json()["type"].endswith(":invalid-request") and answer.json()["errors"])
    assert await customers.outbox() == []


async def test_W03_a_long_body_without_length_is_cut_off(customers: Client) -> None:
    async def endless() -> object:
        for _ in range(64):
            yield b"x" * 65_536

    headers = {"Authorization": f"Bearer {customers.issuer.token()}", "Content-Type": "application/json"}
    answer = await customers.http.post("/v1/customers", content=endless(), headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.headers["Connection"]) == (413, "close")


@pytest.mark.parametrize("name", ["Ásha 🙂 𝄞", "'; drop table customers; --", "a\tb", "2147483648", "<b>"])
async def test_W03_valid_text_comes_back_unchanged(customers: Client, name: str) -> None:
    await customers.put("/v1/customers/asha", ASHA | {"name": name})
    assert (await customers.get("/v1/customers/asha")).json()["name"] == name


async def test_W03_a_refusal_is_no_longer_than_what_it_refuses(customers: Client) -> None:
    unknown = {f"field-{number}": 1 for number in range(20_000)} | {"x" * 100_000: 1}
    answer = await customers.put("/v1/customers/asha", ASHA | unknown)
    assert answer.status_code == 422
    assert len(answer.content) < 40_000


async def test_W03_a_caller_names_the_request(customers: Client) -> None:
    answer = await customers.get("/v1/customers", headers={"X-Request-Id": "till-7.42"})
    assert answer.headers["X-Request-Id"] == "till-7.42"
    forged = await customers.get("/v1/customers", headers={"X-Request-Id": "a b"})
    assert forged.headers["X-Request-Id"] != "a b"


async def test_W03_metrics_and_health_are_told(customers: Client) -> None:
    assert (await customers.http.get("/livez")).json() == {"status": "alive"}
    assert (await customers.http.get("/readyz")).json() == {"database": "ok"}
    assert "python_info" in (await customers.http.get("/metrics")).text
