"""Bulk intake: NDJSON in, a verdict for every line out, while it streams.

Each line stands alone: one that can't be taken never takes others down. Chunks of lines are stored in
transactions of their own, so a broken stream leaves whole chunks behind and can simply be sent again.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

import orjson
from fastapi import Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from shared.web.guards import NDJSON
from shared.web.ndjson import MAX_LINE, Numbered, chunks
from shared.web.problems import FORBIDDEN, INVALID, TOO_LARGE, TYPE_URI, Kind, Problem, from_failure, pointers

log = logging.getLogger(__name__)
CHUNK = 1000
TURN = 50
"""Lines validated between two turns of the event loop, so that a long import lets other requests through."""
MAX_WAITING = 33_554_432
"""Bytes of verdicts that may wait for the client to read: those of some 300,000 lines that are taken."""

M = TypeVar("M", bound=BaseModel)

FromLine = Annotated[
    int, Query(ge=1, le=1_000_000_000_000, description="lines before it are passed by: those that a broken stream took")
]
"""Where an import that broke off goes on; lines keep their numbers in the stream."""


@dataclass(frozen=True, slots=True)
class Line(Generic[M]):
    """One line that holds: its number in the stream (from 1) and what it says."""

    number: int
    body: M


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a line: `accepted`, `duplicate`, or `rejected` with its problem."""

    line: int
    status: str
    id: str | None = None
    problem: Mapping[str, object] | None = None

    def to_json(self) -> bytes:
        """The verdict's line, with its line break."""
        told = {"line": self.line, "status": self.status, "id": self.id, "problem": self.problem}
        return orjson.dumps({k: v for k, v in told.items() if v is not None}) + b"\n"


def rejected(line: int, kind: Kind, errors: Sequence[dict[str, str]]) -> Verdict:
    """A line that is not taken, and why."""
    problem = {"type": TYPE_URI + kind.slug, "title": kind.title, "errors": list(errors)}
    return Verdict(line, "rejected", problem=problem)


class DuplexResponse(StreamingResponse):
    """A streaming answer that leaves the request's body alone.

    Starlette's own waits for the client's disconnect by receiving, and would take parts of the body that the
    import has still to read.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)


def other_store(line: int) -> Verdict:
    """A line that a token bound to stores may not tell: it is another store's."""
    return rejected(line, FORBIDDEN, [{"pointer": "/store_id", "detail": "the token is bound to other stores"}])


Store = Callable[[list[Line[M]]], Awaitable[list[Verdict]]]
"""Stores a chunk's lines in one transaction and says what became of each, in their order."""


def import_stream(
    request: Request, model: type[M], store: Store[M], *, first: int = 1, chunk: int = CHUNK
) -> DuplexResponse:
    """The answer to an import: takes the request's lines from `first` on while it tells the verdicts."""
    return DuplexResponse(_verdicts(chunks(request, chunk, first=first), model, store), media_type=NDJSON)


class _Unread(Problem):
    """More verdicts wait than may; all that was stored is told among them."""


class _Waiting:
    """Verdicts on their way to the client, in order; None comes after the last. `bytes`: how much of them waits."""

    def __init__(self) -> None:
        self.bytes = 0
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    def put(self, lines: bytes | None) -> None:
        self.bytes += len(lines or b"")
        self._queue.put_nowait(lines)

    async def get(self) -> bytes | None:
        lines = await self._queue.get()
        self.bytes -= len(lines or b"")
        return lines


async def _verdicts(parts: AsyncIterator[Numbered], model: type[M], store: Store[M]) -> AsyncIterator[bytes]:
    # Taking in never waits for the client to read: one that sends all before it reads would wait for ever.
    told = _Waiting()
    taking = asyncio.ensure_future(_take(parts, model, store, told))
    try:
        while (lines := await told.get()) is not None:
            yield lines
        await taking
    finally:
        taking.cancel()


async def _take(parts: AsyncIterator[Numbered], model: type[M], store: Store[M], told: _Waiting) -> None:
    counts = {"accepted": 0, "duplicate": 0, "rejected": 0}
    try:
        async for verdicts in _stored(parts, model, store):
            for verdict in verdicts:
                counts[verdict.status] += 1
            told.put(b"".join(verdict.to_json() for verdict in verdicts))
            if told.bytes > MAX_WAITING:
                raise _Unread(TOO_LARGE, "too much waits to be read")
        told.put(orjson.dumps(counts) + b"\n")
    except ClientDisconnect:
        log.info("an import was broken off by its client after %d lines", sum(counts.values()))
    except Exception as error:  # noqa: BLE001 -- the answer has begun: what went wrong can only be its last line
        problem = error if isinstance(error, Problem) else from_failure(error)
        last = {"problem": TYPE_URI + problem.kind.slug, "detail": problem.detail}
        told.put(orjson.dumps(last | counts) + b"\n")
        if isinstance(error, _Unread):
            await _pass_by(parts)
    finally:
        told.put(None)


async def _pass_by(parts: AsyncIterator[Numbered]) -> None:
    # A client that reads when all is sent would never come to the last line if nobody took the rest from it.
    with suppress(Problem, ClientDisconnect):
        async for _ in parts:
            pass


async def _stored(parts: AsyncIterator[Numbered], model: type[M], store: Store[M]) -> AsyncIterator[list[Verdict]]:
    """Each chunk's verdicts; one chunk is stored while the next is read and validated."""
    storing: asyncio.Future[list[Verdict]] | None = None
    broken: Problem | None = None
    try:
        async for numbered in parts:
            read = await _read_all(numbered, model)
            if storing is not None:
                yield await storing
            storing = asyncio.ensure_future(_store(read, store))
    except Problem as problem:
        broken = problem
    finally:
        if storing is not None:  # a stream that breaks off leaves whole chunks behind
            await asyncio.wait({storing})
    if storing is not None:
        yield await storing
    if broken is not None:
        raise broken


async def _read_all(numbered: Numbered, model: type[M]) -> list[Line[M] | Verdict]:
    read: list[Line[M] | Verdict] = []
    for start in range(0, len(numbered), TURN):
        read += [_read(number, raw, model) for number, raw in numbered[start : start + TURN]]
        await asyncio.sleep(0)
    return read


async def _store(read: Sequence[Line[M] | Verdict], store: Store[M]) -> list[Verdict]:
    lines = [line for line in read if isinstance(line, Line)]
    refused = [verdict for verdict in read if isinstance(verdict, Verdict)]
    stored = await store(lines) if lines else []
    return sorted([*refused, *stored], key=lambda verdict: verdict.line)


def _read(number: int, raw: bytes | None, model: type[M]) -> Line[M] | Verdict:
    if raw is None:
        return rejected(number, INVALID, [{"pointer": "", "detail": f"longer than {MAX_LINE} bytes"}])
    try:
        return Line(number, model.model_validate(from_json(raw, allow_inf_nan=False)))
    except ValidationError as error:
        return rejected(number, INVALID, pointers(error.errors(include_url=False), drop=0))
    except ValueError as error:
        return rejected(number, INVALID, [{"pointer": "", "detail": f"not JSON: {error}"}])
