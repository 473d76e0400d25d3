"""L02: imports by gzip, in constant memory, broken off and gone on with."""

import asyncio
import gzip
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.web.inflating import PIECE, inflated
from shared.web.ndjson import split_lines
from shared.web.problems import TYPE_URI, Problem
from tests.loyalty.bills import Body, bill, counts, line, rows
from tests.support.client import Client

IMPORT = "/v1/imports/purchases"
GZIP = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
TABLES = (
    "select id, store_id, receipt_number, occurred_at, content, version from purchases order by id",
    "select * from purchase_lines order by purchase_id, line",
)


def ndjson(lines: list[Body]) -> bytes:
    """One a line."""
    return b"".join(json.dumps(told).encode() + b"\n" for told in lines)


async def sent(loyalty: Client, body: bytes, query: str = "", **headers: str) -> list[Any]:
    """The verdicts."""
    answer = await loyalty.call("POST", IMPORT + query, body, headers=GZIP | headers, key=None)
    assert answer.status_code == 200, answer.text
    return [json.loads(told) for told in answer.text.splitlines()]


async def pieces(body: bytes, size: int = 4096) -> AsyncIterator[bytes]:
    """The body as it comes."""
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def test_L02_a_stream_by_gzip_is_taken_as_it_is(loyalty: Client) -> None:
    lines = [bill(id=f"b{n}") for n in range(1100)]
    halves = gzip.compress(ndjson(lines[:500])[:-5]) + gzip.compress(ndjson(lines[:500])[-5:] + ndjson(lines[500:]))
    *verdicts, end = await sent(loyalty, halves)
    assert end == {"accepted": 1100, "duplicate": 0, "rejected": 0}
    assert [told["line"] for told in verdicts] == list(range(1, 1101))
    assert (await sent(loyalty, gzip.compress(ndjson(lines))))[-1]["duplicate"] == 1100
    assert (await counts(loyalty))[0] == 1100


@pytest.mark.parametrize(
    ("spoiled", "kept", "kind"),
    [
        (lambda whole: whole[:-9], 1200, "invalid-request"),
        (lambda whole: whole[: len(whole) * 9 // 10], 1000, "invalid-request"),
        (lambda whole: whole + b"no gzip", 1200, "invalid-request"),
        (lambda whole: b"no gzip" + whole, 0, "invalid-request"),
        (lambda whole: whole + gzip.compress(bytes(20_000_000)), 1200, "body-too-large"),
    ],
    ids=["cut", "cut earlier", "followed", "none", "bomb"],
)
async def test_L02_a_stream_that_breaks_leaves_what_was_whole(
    loyalty: Client, spoiled: Any, kept: int, kind: str
) -> None:
    lines = [bill(id=f"b{n}", receipt_number=f"{zlib.crc32(b'%d' % n)}") for n in range(1200)]
    *verdicts, end = await sent(loyalty, spoiled(gzip.compress(ndjson(lines))))
    assert end["problem"] == TYPE_URI + kind
    assert kept <= end["accepted"] == len(verdicts) <= 1200
    assert (await counts(loyalty))[0] == end["accepted"]


async def test_L02_an_inflated_stream_takes_little_memory() -> None:
    text = ndjson([bill(id=f"b{n}") for n in range(500)])
    body = gzip.compress(text * 400)  # 50 MB and more
    size = longest = 0
    tracemalloc.start()
    async for piece in inflated(pieces(body)):
        size, longest = size + len(piece), max(longest, len(piece))
    numbers = [number async for number, _ in split_lines(inflated(pieces(body)), first=199_990)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (size, longest <= PIECE) == (len(text) * 400, True)
    assert numbers == list(range(199_990, 200_001))
    assert peak < 2_000_000, peak


async def test_L02_a_bomb_is_found_before_it_is_big() -> None:
    bomb, given = gzip.compress(bytes(50_000_000)), 0

    async def burn() -> None:
        nonlocal given
        async for piece in inflated(pieces(bomb, 1_000_000)):
            given += len(piece)

    with pytest.raises(Problem, match="100 times"):
        await burn()
    assert given <= 100 * len(bomb) + 1_048_576


@pytest.mark.parametrize(
    ("path", "encoding", "status"),
    [
        ("/v1/purchases", "gzip", 415),
        (IMPORT, "br", 415),
        (IMPORT, "gzip, gzip", 415),
        (IMPORT + "?from_line=0", "", 422),
    ],
)
async def test_L02_other_encodings_are_refused(loyalty: Client, path: str, encoding: str, status: int) -> None:
    kind = "application/x-ndjson" if "imports" in path else "application/json"
    headers = {"Content-Type": kind} | ({"Content-Encoding": encoding} if encoding else {})
    answer = await loyalty.call("POST", path, gzip.compress(b"{}"), headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("encoding", ["GZIP", "x-gzip", "X-Gzip"])
async def test_L02_gzip_has_two_names_in_any_letters(loyalty: Client, encoding: str) -> None:
    body = gzip.compress(ndjson([bill(id="b1")]))
    assert (await sent(loyalty, body, **{"Content-Encoding": encoding}))[-1]["accepted"] == 1
    plain = await loyalty.call("POST", "/v1/purchases", bill(), headers={"Content-Encoding": "Identity"})
    assert plain.status_code == 201


def damaged(number: int) -> Body | bytes:
    """A line of which every tenth is damaged, every seventh a line told before."""
    if number % 10 == 0:
        return b"no json\n"
    return bill(id=f"b{number - number % 7}", receipt_number=f"r{number - number % 7}", lines=[line(), line()])


async def state(loyalty: Client) -> list[Any]:
    """The tables, and what is to be published without ids and times that are new each time."""
    events = [(e.subject, e.partitionkey, e.time, e.data) for e in await loyalty.outbox()]
    return [*[await rows(loyalty, query) for query in TABLES], sorted(events, key=lambda told: told[0])]


async def test_L02_a_stream_killed_in_the_middle_and_resumed_is_as_unbroken(loyalty: Client) -> None:
    whole = [damaged(number) for number in range(1, 3501)]
    body = b"".join(told if isinstance(told, bytes) else json.dumps(told).encode() + b"\n" for told in whole)
    *unbroken, totals = await sent(loyalty, gzip.compress(body))
    wanted = await state(loyalty)
    await rows(loyalty, "truncate purchases, purchase_lines, outbox cascade")
    broken = gzip.compress(body)
    *told, end = await sent(loyalty, broken[: len(broken) * 2 // 3])
    assert 0 < len(told) < 3500
    assert "problem" in end
    *rest, last = await sent(loyalty, gzip.compress(body), f"?from_line={told[-1]['line'] + 1}")
    assert [(each["line"], each["status"]) for each in told + rest] == [(e["line"], e["status"]) for e in unbroken]
    assert {name: end[name] + last[name] for name in totals} == totals
    assert await state(loyalty) == wanted
    assert (await sent(loyalty, gzip.compress(body)))[-1]["accepted"] == 0
    assert await state(loyalty) == wanted


async def test_L02_one_stream_twice_at_once_counts_once(loyalty: Client) -> None:
    body = gzip.compress(ndjson([bill(id=f"b{n}") for n in range(400)]))
    ends = await asyncio.gather(sent(loyalty, body), sent(loyalty, body))
    assert sum(told[-1]["accepted"] for told in ends) == 400
    assert (await counts(loyalty)) == (400, 400, 400)
