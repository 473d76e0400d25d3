"""S15: which closes can be asked for, how far one is, and the command that closes."""

import asyncio
import os
import sys

import pytest

from services.scoring.close.job import CloseWorker
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.conftest import Scoring
from tests.scoring.test_close import AS_OF, close, looked, populate

TABLES = ("reference_sets", "findings", "finding_customers", "outbox")


async def written(scoring: Scoring) -> list[int]:
    """How many rows closes have written."""
    counts = " union all ".join(f"select count(*) from app.{table}" for table in TABLES)  # noqa: S608 -- constants
    return [row["count"] for row in await scoring.fetch(counts)]


async def test_S15_another_date_is_refused_while_one_is_closed(scoring: Scoring) -> None:
    await populate(scoring, 3)
    first = await scoring.client.post("/v1/close", {"as_of": AS_OF})
    other = await scoring.client.post("/v1/close", {"as_of": "2026-03-11T00:00:00Z"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:elevenfold:problem:conflict")
    assert first.headers["Location"] in other.json()["detail"]
    same = await scoring.client.post("/v1/close", {"as_of": "2026-03-10T01:00:00+01:00"})
    assert (same.status_code, same.json()["id"]) == (200, first.json()["id"])
    await looked(scoring)
    assert await CloseWorker(scoring.engine, DEFAULT_RULES).work()
    assert (await scoring.client.post("/v1/close", {"as_of": "2026-03-11T00:00:00Z"})).status_code == 201


async def test_S15_a_close_before_anything_happened_is_refused(scoring: Scoring) -> None:
    await populate(scoring, 3)
    await scoring.execute("insert into offsets values ('crm.visits', 0, 4, 4, null, now())")
    early = {"as_of": "2026-03-01T12:00:00Z"}
    answer = await scoring.client.post("/v1/close", early)
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"pointer": "/as_of", "detail": "nothing had happened by then"}],
    )
    await scoring.execute("update offsets set end_offset = 5")
    assert (await scoring.client.post("/v1/close", early)).status_code == 201, "what is to come may be older"


async def test_S15_a_close_that_finds_nobody_writes_nothing(scoring: Scoring) -> None:
    await populate(scoring, 3)
    before = await written(scoring)
    await scoring.execute("insert into offsets values ('crm.visits', 0, 4, 5, null, now() + interval '1 hour')")
    address = (await scoring.client.post("/v1/close", {"as_of": "2026-02-01T00:00:00Z"})).headers["Location"]
    await scoring.execute("update offsets set next_offset = 5")
    assert await CloseWorker(scoring.engine, DEFAULT_RULES).work()
    failed = (await scoring.client.get(address)).json()
    assert (failed["state"], failed["error"]) == ("failed", "nobody was known by then")
    assert await written(scoring) == before


async def test_S15_a_close_tells_how_far_it_is(scoring: Scoring) -> None:
    await populate(scoring, 3)
    address = (await scoring.client.post("/v1/close", {"as_of": AS_OF})).headers["Location"]
    working = asyncio.ensure_future(CloseWorker(scoring.engine, DEFAULT_RULES).work())
    told: dict[str, object] = {}
    while told.get("step") is None:
        await asyncio.sleep(0.02)
        told = (await scoring.client.get(address)).json()
    assert (told["state"], told["step"]) == ("running", "waiting for facts")
    await looked(scoring)
    assert await working
    told = (await scoring.client.get(address)).json()
    assert (told["state"], told["step"], told["customers"]) == ("done", None, 3)


async def test_S15_a_close_that_breaks_at_the_end_leaves_nothing(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    await populate(scoring, 3)
    before = await written(scoring)
    monkeypatch.setattr(
        "services.scoring.close.closing._DONE", "select 1 / (length($1) - length($1)) + $2::int + $3::int + length($4)"
    )
    failed = await close(scoring)
    assert (failed["state"], failed["error"]) == ("failed", "DivisionByZeroError")
    assert await written(scoring) == before


async def _command(scoring: Scoring, *arguments: str) -> tuple[int | None, str]:
    """Exit code and the last line of standard error of `python -m services.scoring.main close …`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.scoring.main", "close", *arguments),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "DATABASE_URL": scoring.client.database_url},
    )
    _, error = await process.communicate()
    return process.returncode, (error.decode().splitlines() or [""])[-1]


async def test_S15_the_command_closes_and_ends(scoring: Scoring) -> None:
    await populate(scoring, 3)
    await looked(scoring)
    assert await _command(scoring, AS_OF) == (0, "")
    (made,) = (await scoring.client.get("/v1/closes")).json()["items"]
    assert (made["state"], made["as_of"], made["customers"]) == ("done", AS_OF, 3)


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2026-03-10T00:00:00", "2026-03-10T00:00:00 is no moment with its offset from UTC"),
        ("2099-01-01T00:00:00Z", "look at as_of: it lies in the future"),
        ("2026-01-01T00:00:00Z", "look at as_of: nothing had happened by then"),
    ],
)
async def test_S15_the_command_says_why_it_does_not_close(scoring: Scoring, as_of: str, said: str) -> None:
    await populate(scoring, 3)
    await looked(scoring)
    code, error = await _command(scoring, as_of)
    assert code == 1
    assert said in error
    assert (await scoring.fetch("select count(*) from app.reference_sets"))[0][0] == 0
