"""Imports over a real connection: bodies in pieces, broken lines, clients that leave."""

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from fastapi import Request
from starlette.types import Message

from deploy.local.issuer import Issuer
from services.customers.settings import CustomersSettings
from services.customers.web import build
from shared.web import imports, ndjson
from shared.web.imports import MAX_WAITING, Verdict
from tests.support.client import Client, web_settings
from tests.support.waiting import eventually

PATH = "/v1/imports/visits"


def visit(number: int) -> bytes:
    """One line."""
    told = {"id": f"v{number}", "customer_id": "ann", "channel": "store", "started_at": "2026-01-01T00:00:00Z"}
    return json.dumps(told).encode() + b"\n"


@pytest.fixture
async def served(customers: Client, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    """The customers service behind a real server."""
    app = build(web_settings(CustomersSettings, issuer, customers.database_url))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    serving = asyncio.ensure_future(server.serve())

    async def up() -> bool:
        return server.started

    await eventually(up)
    port = server.servers[0].sockets[0].getsockname()[1]
    headers = {"Authorization": f"Bearer {issuer.token()}", "Content-Type": "application/x-ndjson"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
        yield client
    server.should_exit = True
    await serving
    await app.state.engine.dispose()


async def verdicts(served: httpx.AsyncClient, *pieces: bytes, pause: float = 0.0) -> list[dict[str, object]]:
    """What the import answers to a body that comes in these pieces."""

    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece
            await asyncio.sleep(pause)

    answer = await served.post(PATH, content=body())
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_L02_a_body_in_many_pieces_loses_nothing(served: httpx.AsyncClient) -> None:
    whole = b"".join(visit(number) for number in range(3000))
    pieces = [whole[start : start + 7001] for start in range(0, len(whole), 7001)]
    told = await verdicts(served, *pieces, pause=0.001)
    assert [line["line"] for line in told[:-1]] == list(range(1, 3001))
    assert told[-1] == {"accepted": 3000, "duplicate": 0, "rejected": 0}


@pytest.mark.parametrize(
    ("bad", "pointer"),
    [
        (b"no json\n", ""),
        (b'{"id": 5}\n', "/id"),
        (visit(9).replace(b"}", b', "surprise": 1}'), "/surprise"),
        (visit(9).replace(b"Z", b""), "/started_at"),
        (visit(9).replace(b"2026", b"9026"), "/started_at"),
        (b'{"note": "' + b"x" * 2_097_152 + b'"}\n', ""),
        (b"\xff\xfe\n", ""),
        (b"null\n", ""),
    ],
)
async def test_L02_a_bad_line_gets_its_verdict_and_the_rest_is_taken(
    served: httpx.AsyncClient, bad: bytes, pointer: str
) -> None:
    told = await verdicts(served, visit(1), bad, visit(2).rstrip(b"\n"))
    assert [line["status"] for line in told[:-1]] == ["accepted", "rejected", "accepted"]
    errors = told[1]["problem"]["errors"]  # type: ignore[index]
    assert pointer in {error["pointer"] for error in errors}
    visits = (await served.get("/v1/visits")).json()["items"]
    assert sorted(v["id"] for v in visits) == ["v1", "v2"]


async def test_L02_blank_lines_and_line_ends_of_other_systems_pass(served: httpx.AsyncClient) -> None:
    told = await verdicts(served, visit(1).replace(b"\n", b"\r\n"), b"\r\n\n", visit(2))
    assert told == [
        {"line": 1, "status": "accepted", "id": "v1"},
        {"line": 4, "status": "accepted", "id": "v2"},
        {"accepted": 2, "duplicate": 0, "rejected": 0},
    ]


async def test_L02_a_client_that_dawdles_is_told_and_keeps_what_was_taken(
    served: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndjson, "IDLE_S", 0.2)
    told = await verdicts(served, visit(1), visit(2), pause=1.0)
    assert told[0] == {"line": 1, "status": "accepted", "id": "v1"}
    assert told[-1]["problem"] == "urn:elevenfold:problem:request-timeout"
    assert (await served.get("/v1/visits/v1")).status_code == 200


async def test_L02_a_stream_broken_off_can_be_sent_again(served: httpx.AsyncClient) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"".join(visit(number) for number in range(2500))
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await served.post(PATH, content=broken())
    told = await verdicts(served, *(visit(number) for number in range(2500)))
    assert told[-1]["rejected"] == 0
    assert sum(int(str(told[-1][name])) for name in ("accepted", "duplicate")) == 2500


async def test_L02_long_lines_are_not_held_a_thousand_at_a_time() -> None:
    line = b"x" * 1_000_000 + b"\n"
    left = 60 * len(line)

    async def receive() -> Message:
        nonlocal left
        left -= len(line)
        return {"type": "http.request", "body": bytes(line), "more_body": left > 0}

    request, numbers, most = Request({"type": "http", "headers": []}, receive), [], 0
    tracemalloc.start()
    async for numbered in ndjson.chunks(request, 1000):
        numbers += [number for number, _ in numbered]
        most = max(most, sum(len(text or b"") for _, text in numbered))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert numbers == list(range(1, 61))
    assert most <= ndjson.MAX_HELD + ndjson.MAX_LINE, most
    assert peak < 20_000_000, peak


async def test_L02_who_sends_all_and_reads_nothing_is_told_that_too_much_waits(
    served: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MAX_WAITING", 1_000_000)
    bad = json.dumps({f"a{number}": 1 for number in range(100)}).encode() + b"\n"  # a verdict of 7 KB and more
    pieces = 300
    answer = await served.post(PATH, content=_many(visit(1), *[bad * 50] * pieces))
    *told, last = [json.loads(line) for line in answer.text.splitlines()]
    assert (last["problem"], last["detail"]) == ("urn:elevenfold:problem:body-too-large", "too much waits to be read")
    assert [line["line"] for line in told] == list(range(1, len(told) + 1)), "all that was stored is told"
    assert len(told) == last["accepted"] + last["rejected"] < 50 * pieces
    assert (await served.get("/v1/visits/v1")).status_code == 200


async def _many(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def test_L02_the_verdicts_of_the_whole_sample_may_wait() -> None:
    verdict = Verdict(155_848, "accepted", "0190a5a0-0000-7000-8000-000000000000").to_json()
    assert 155_848 * len(verdict) < MAX_WAITING / 2
