"""Imports the whole sample in one stream, one basket in a hundred damaged in known ways, and looks at the verdicts.

`CRM_PORT_BASE=… CRM_DATA_DIR=… PYTHONPATH=. python benchmarks/damaged_import.py`, into a running stack that is empty.
Shows how much memory the loyalty service takes meanwhile, and a digest of its tables. `--kill-at-half` breaks the
connection and goes on behind the last verdict; with `--digest` of an unbroken run, the tables must be the same.
"""

import argparse
import asyncio
import os
import random
import sys
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

import asyncpg
import h11
import orjson
import psutil
from rich.console import Console

from deploy.local.issuer import Issuer
from deploy.local.layout import layout_from
from deploy.sample.bodies import Body, purchase
from deploy.sample.loading import Wanted
from deploy.sample.progress import Progress, Step
from deploy.sample.transactions import read_transactions

EVERY, SEED, PIECE = 100, 11, 100
"""One basket in `EVERY` is damaged; lines sent at a time."""
DIGEST = """
    select md5(coalesce(string_agg(row, '' order by row), '')) from (
        select md5((to_jsonb(p) - 'created_at')::text) as row from purchases p
        union all select md5(l::text) from purchase_lines l
    ) as rows
"""
Tally = Counter[str]
"""Lines by verdict: `accepted`, `duplicate`, or the kind of the problem."""


def _changed(body: Body, **changes: object) -> bytes:
    return orjson.dumps(body | changes)


def _line(body: Body, **changes: object) -> bytes:
    return _changed(body, lines=[body["lines"][0] | changes, *body["lines"][1:]])


DAMAGES: tuple[tuple[str, Callable[[Body, Body], bytes]], ...] = (
    ("invalid-request", lambda body, _: orjson.dumps(body)[:-1]),
    ("invalid-request", lambda body, _: _changed(body, surprise=1)),
    ("invalid-request", lambda body, _: _changed(body, currency="USX")),
    ("invalid-request", lambda body, _: _line(body, paid_amount="1.005")),
    ("invalid-request", lambda body, _: orjson.dumps({name: body[name] for name in body if name != "store_id"})),
    ("invalid-request", lambda body, _: _line(body, quantity="-1")),
    ("conflict", lambda body, before: _changed(before, id=body["id"], lines=before["lines"] * 2)),
)
"""The problem that each is to get; the body, and the one before it, whose receipt the last damage tells again."""


def stream(bodies: Iterator[Body], wanted: Tally) -> Iterator[bytes]:
    """The lines, damaged where they are to be; counts what each is to get."""
    draw, before = random.Random(SEED), Body()  # noqa: S311 -- to be repeated at will
    for number, body in enumerate(bodies, 1):
        kind, damage = draw.choice(DAMAGES) if number % EVERY == 0 else ("accepted", None)
        wanted[kind] += 1
        yield (orjson.dumps(body) if damage is None else damage(body, before)) + b"\n"
        before = body


async def send(port: int, token: str, lines: Iterator[bytes], first: int, *, packed: bool) -> AsyncIterator[Body]:
    """The verdicts, read while the lines are sent; closing it breaks the connection."""
    connection = h11.Connection(h11.CLIENT)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = {"Host": "localhost", "Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    headers |= {"Transfer-Encoding": "chunked"} | ({"Content-Encoding": "gzip"} if packed else {})
    target = f"/v1/imports/purchases?from_line={first}"
    writer.write(connection.send(h11.Request(method="POST", target=target, headers=list(headers.items()))) or b"")
    sending = asyncio.ensure_future(_send(connection, writer, lines, packed=packed))
    held = b""
    try:
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(65_536))
            elif isinstance(event, h11.Data):
                *whole, held = (held + bytes(event.data)).split(b"\n")
                for told in whole:
                    yield orjson.loads(told)
    finally:
        sending.cancel()
        writer.close()


async def _send(
    connection: h11.Connection, writer: asyncio.StreamWriter, lines: Iterator[bytes], *, packed: bool
) -> None:
    packing = zlib.compressobj(wbits=zlib.MAX_WBITS + 16) if packed else None
    while piece := b"".join([line for _, line in zip(range(PIECE), lines, strict=False)]):
        data = packing.compress(piece) if packing else piece
        writer.write(connection.send(h11.Data(data)) or b"")
        await writer.drain()
    writer.write(connection.send(h11.Data(packing.flush() if packing else b"")) or b"")
    writer.write(connection.send(h11.EndOfMessage()) or b"")


async def take(verdicts: AsyncIterator[Body], found: Tally, step: Step, service: psutil.Process, until: int) -> int:
    """Counts the verdicts up to line `until`; the most memory that the service took meanwhile, in bytes."""
    peak = 0
    async for told in verdicts:
        if "status" not in told:
            assert "problem" not in told, told
            break
        found[told["problem"]["type"].rpartition(":")[2] if "problem" in told else told["status"]] += 1
        step.advance()
        if told["line"] % 1000 == 0:
            peak = max(peak, service.memory_info().rss)
        if told["line"] >= until:
            break
    await verdicts.aclose()  # type: ignore[attr-defined]
    return peak


def listening(port: int) -> psutil.Process:
    """The process behind a port of this machine."""
    listeners = (each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN)
    found = [each.pid for each in listeners if each.laddr and each.laddr.port == port]
    assert found, f"nobody listens at {port}: is the stack up?"
    return psutil.Process(found[0])


async def digest(service: psutil.Process) -> str:
    """Of all purchases and lines, whatever the order they came in."""
    database = await asyncpg.connect(service.environ()["DATABASE_URL"])
    try:
        return str(await database.fetchval(DIGEST))
    finally:
        await database.close()


async def run(asked: argparse.Namespace, console: Console) -> None:
    """One import, and what is told of it; raises `AssertionError` where it is not what it must be."""
    layout, transactions = layout_from(os.environ), read_transactions()
    port, token = layout.port_base + 3, os.environ.get("CRM_TOKEN") or Issuer(layout.keys).token()
    service, heads = listening(port), Wanted(asked.households).heads(transactions)
    wanted, found, before = Tally(), Tally(), service.memory_info().rss

    def lines(tally: Tally) -> Iterator[bytes]:
        return stream((purchase(head, transactions.lines(head)) for head in heads), tally)

    with Progress(console) as progress, progress.step("purchases", len(heads)) as step:
        peak = untold = 0
        for until in ([len(heads) // 2] if asked.kill_at_half else []) + [len(heads) + 1]:
            first = found.total() + 1
            wanted = Tally()
            verdicts = send(port, token, lines(wanted), first, packed=asked.gzip)
            peak = max(peak, await take(verdicts, found, step, service, until))
            untold = wanted.total() - found.total() or untold
    sizes = [f"{size / 1e6:,.0f}" for size in (before, peak, service.memory_info().rss)]
    console.print(f"{sum(map(transactions.size, heads)):,} lines in {len(heads):,} baskets: {dict(found)}")
    console.print(f"memory of the loyalty service: {sizes[0]} MB before, {sizes[1]} at most, {sizes[2]} after")
    made = await digest(service)
    console.print(f"digest of purchases and lines: {made}")
    # What was sent before the connection broke and not told any more may be stored.
    assert found["duplicate"] <= untold, f"{found['duplicate']:,} duplicates, {untold:,} lines were sent and not told"
    wanted["duplicate"] = found["duplicate"]
    wanted["accepted"] -= wanted["duplicate"]
    assert +found == +wanted, f"expected {dict(wanted)}"
    assert asked.digest in (None, made), f"expected {asked.digest}"


def main(arguments: Sequence[str]) -> None:
    """Read what is asked for, and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, metavar="N", help="only N of them")
    parser.add_argument("--gzip", action="store_true", help="send it by gzip")
    parser.add_argument("--kill-at-half", action="store_true", help="break the connection in the middle, and go on")
    parser.add_argument("--digest", metavar="MD5", help="what the tables must come to")
    asyncio.run(run(parser.parse_args(arguments), Console()))


if __name__ == "__main__":
    main(sys.argv[1:])
