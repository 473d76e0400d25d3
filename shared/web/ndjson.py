"""Reading a request's body line by line (NDJSON), in constant memory, whatever the stream brings."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TypeAlias

from fastapi import Request

from shared.web.guards import GZIP, encoding
from shared.web.inflating import inflated
from shared.web.problems import TOO_SLOW, Problem

MAX_LINE = 1_048_576
MAX_HELD = 4_194_304
"""Bytes of lines that a chunk comes to before it ends early; its last line may reach beyond."""
IDLE_S = 30.0

Numbered: TypeAlias = Sequence[tuple[int, bytes | None]]
"""Numbers and texts of lines; None for one that is longer than `MAX_LINE` bytes."""


async def _parts(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(IDLE_S):
                part = await anext(stream, None)
        except TimeoutError:
            raise Problem(TOO_SLOW, f"nothing came for {IDLE_S:.0f} s") from None
        if part is None:
            return
        yield part


async def split_lines(
    parts: AsyncIterator[bytes], limit: int = MAX_LINE, *, first: int = 1
) -> AsyncIterator[tuple[int, bytes | None]]:
    """Number and text of each line from `first` on that is not blank; None for one longer than `limit` bytes.

    Holds at most one line in memory, whatever the stream brings.
    """
    number, held, dropped = 1, b"", False
    async for part in parts:
        *whole, rest = (held + part).split(b"\n")
        for line in whole:
            if number < first:
                pass
            elif dropped or len(line) > limit:
                yield number, None
            elif line.strip():
                yield number, line
            number, dropped = number + 1, False
        dropped = dropped or len(rest) > limit
        held = b"" if dropped else rest
    if number >= first and (dropped or held.strip()):
        yield number, None if dropped else held


async def chunks(request: Request, size: int, *, first: int = 1) -> AsyncIterator[Numbered]:
    """The request's lines from `first` on, `size` at a time or as many as come to `MAX_HELD` bytes, with their numbers.

    Raises a 408 problem when nothing comes for `IDLE_S`, and those of `inflated` for a body that comes by gzip.
    """
    parts = _parts(request)
    if encoding(request.headers) == GZIP:
        parts = inflated(parts)
    held: list[tuple[int, bytes | None]] = []
    weight = 0
    broken: Problem | None = None
    try:
        async for line in split_lines(parts, first=first):
            held.append(line)
            weight += len(line[1] or b"")
            if len(held) == size or weight >= MAX_HELD:
                yield held
                held, weight = [], 0
    except Problem as problem:
        broken = problem
    if held:
        yield held  # what was sent whole is taken, and gets its verdicts
    if broken is not None:
        raise broken
