"""What the loader does about services that refuse, ask it to wait, or are not there."""

import time
from collections.abc import Callable

import httpx
import orjson
import pytest
from rich.console import Console

from deploy.sample import imports, remote
from deploy.sample.__main__ import main
from deploy.sample.crew import each
from deploy.sample.failure import SampleError
from deploy.sample.fingerprint import fingerprint
from deploy.sample.imports import import_visits
from deploy.sample.progress import Progress
from deploy.sample.remote import Remote
from deploy.sample.transactions import Head

Handler = Callable[[httpx.Request], httpx.Response]
SILENT = Progress(Console(quiet=True))
LAST = b'{"accepted": 1, "duplicate": 0, "rejected": 0}\n'


def stack(handler: Handler) -> Remote:
    """A stack that answers as `handler` does."""
    return Remote(httpx.AsyncClient(transport=httpx.MockTransport(handler)), 8000, "token")


def in_turn(*answers: httpx.Response) -> Handler:
    """One answer after the other."""
    left = iter(answers)
    return lambda _: next(left)


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "PAUSE_S", 0.0)


async def test_a_busy_service_is_waited_for() -> None:
    answers = [httpx.Response(429, headers={"Retry-After": "0"}), httpx.Response(503), httpx.Response(200, json=7)]
    assert await stack(in_turn(*answers)).get("loyalty", "/v1/status") == 7


async def test_waiting_has_an_end() -> None:
    with pytest.raises(SampleError, match="run it again"):
        await remote.wait(time.monotonic() - 1, "it breaks off")


async def test_an_error_is_told_in_one_line() -> None:
    problem = {"title": "Not valid", "detail": "look at /x", "errors": [{"pointer": "/x", "detail": "wrong"}]}
    with pytest.raises(SampleError, match=r"^PUT loyalty /v1/stores/1: 422 Not valid: look at /x \(/x wrong\)$"):
        await stack(in_turn(httpx.Response(422, json=problem))).send("loyalty", "PUT", "/v1/stores/1", {})


async def test_the_first_rejected_lines_are_kept_in_words(head: Head) -> None:
    errors = [{"pointer": "/store_id", "detail": "no"}]
    told = {"line": 1, "status": "rejected", "problem": {"title": "Not valid", "errors": errors}}
    verdicts = await import_visits(
        stack(in_turn(httpx.Response(200, content=orjson.dumps(told) + b"\n{}"))), SILENT, [head]
    )
    assert (verdicts.rejected, verdicts.problems) == (1, ["line 1: Not valid (/store_id no)"])


async def test_an_import_that_loses_lines_or_breaks_off_is_sent_again(head: Head) -> None:
    answers = [
        httpx.Response(503, json={}),
        httpx.Response(200, content=LAST),
        httpx.Response(200, content=b'{"problem": "urn:elevenfold:problem:unavailable"}\n'),
        httpx.Response(200, content=b'{"line": 1, "status": "duplicate", "id": "v-31198570044"}\n' + LAST),
    ]
    verdicts = await import_visits(stack(in_turn(*answers)), SILENT, [head])
    assert (verdicts.accepted, verdicts.duplicate) == (0, 1)


def test_chunks_keep_the_order(head: Head) -> None:
    assert list(imports.chunks([head] * 5, 2)) == [[head] * 2, [head] * 2, [head]]


async def test_the_first_failure_ends_all_workers() -> None:
    begun = []

    async def work(number: int) -> None:
        begun.append(number)
        if number == 3:
            raise SampleError("three")

    with pytest.raises(SampleError, match="three"):
        await each(range(100), work, 1)
    assert begun == [0, 1, 2, 3]


async def test_a_fingerprint_looks_at_households_alone_and_not_at_spelling() -> None:
    one = stack(
        in_turn(httpx.Response(200, content=b'{"customer_id":"acc-1"}\n{"customer_id":"household-1","index":1}'))
    )
    two = stack(in_turn(httpx.Response(200, content=b'{"index": 1, "customer_id": "household-1"}\n')))
    assert await fingerprint(one, "2018-01-01T00:00:00Z") == await fingerprint(two, "2018-01-01T00:00:00Z")


async def test_cards_out_of_order_have_no_fingerprint() -> None:
    lines = b'{"customer_id":"household-2"}\n{"customer_id":"household-1"}\n'
    with pytest.raises(SampleError, match="not in order"):
        await fingerprint(stack(in_turn(httpx.Response(200, content=lines))), "2018-01-01T00:00:00Z")


def test_a_stack_that_is_not_up_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], {"CRM_PORT_BASE": "1024", "CRM_TOKEN": "any"}) == 1
    told = capsys.readouterr().err
    assert told.startswith("customers does not answer at http://127.0.0.1:1025")
    assert told.count("\n") == 1
