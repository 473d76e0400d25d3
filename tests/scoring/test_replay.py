"""The commands `dead-letters` and `replay`, as operators run them, and what they promise."""

import asyncio
import base64
import json
import os
import sys
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.infrastructure import Addresses
from shared.dead_letters import SETTLED, DeadLetter, DeadLetters
from shared.letters import Letters, read_lines
from shared.received import APPENDED, REPLAYED, RefusedError, not_ahead, receive
from shared.replay import Replay
from tests.support.told import NOON, purchase
from tests.support.topics import tail

TOPIC = "crm.purchases"
HOUR_MS, NOW_MS = 3_600_000, int(NOON.timestamp() * 1000)


class Desk:
    """A dead-letter topic of our own, on which letters are put by hand, and a run over it."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self.letters = Letters(bootstrap, topic)
        self.said: list[str] = []

    async def put(self, *records: ConsumerRecord) -> None:
        """Dead-letter records, as a consumer does."""
        box = DeadLetters(self.letters.bootstrap, self.letters.topic)
        await box.send([DeadLetter(record, "broken", "malformed") for record in records])
        await box.close()

    async def run(self, file: str | None = None) -> Replay:
        """Replay everything, or what an edited file says."""
        run = Replay(self.letters, not_ahead, self.said.append)
        await (run.all() if file is None else run.repaired(read_lines(file.splitlines())))
        return run


@pytest.fixture
async def desk(infrastructure: Addresses) -> Desk:
    """A dead-letter topic without letters."""
    name = f"letters-{uuid.uuid4().hex}"
    admin = AIOKafkaAdminClient(bootstrap_servers=infrastructure.kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, 1, 1)])
    await admin.close()
    return Desk(infrastructure.kafka_bootstrap, name)


def record(value: bytes, key: str, headers: Sequence[tuple[str, bytes]] = (), at: int = NOW_MS) -> ConsumerRecord:
    """A record of `crm.purchases/3` at offset 17."""
    return ConsumerRecord(TOPIC, 3, 17, at, 0, key.encode(), value, None, 1, len(value), headers)


def a_key() -> str:
    """A customer nobody else uses."""
    return f"replay-{uuid.uuid4().hex[:12]}"


async def test_W02_what_the_repaired_code_takes_is_put_back_once_and_the_rest_stays(desk: Desk) -> None:
    key, own = a_key(), ("traceparent", b"00-1")
    good = purchase(key, "p1").to_json()
    await desk.put(record(good, key, [own]), record(b"{", key))
    async with tail(desk.letters.bootstrap, TOPIC) as topic:
        first, second = await desk.run(), await desk.run()
        [back] = await topic.of(key, 1)
        await desk.run()
        assert len(await topic.of(key, 1)) == 1
    assert [(first.put_back, first.left), (second.put_back, second.left)] == [(1, 1), (0, 1)]
    assert (back.value, back.headers) == (
        good,
        (own, (REPLAYED, b"crm.purchases/3/17"), (APPENDED, str(NOW_MS).encode())),
    )
    assert desk.said[0] == "0 (crm.purchases/3/17): put back"
    assert desk.said[1].startswith("1 (crm.purchases/3/17): left, not JSON")


async def test_W02_a_letter_of_a_letter_keeps_its_first_date_and_tells_its_last_place(desk: Desk) -> None:
    """What was put back and fails once more: one pair of headers, and no younger than at first."""
    key = a_key()
    before = ((REPLAYED, b"crm.purchases/1/2"), (APPENDED, str(NOW_MS - HOUR_MS).encode()))
    await desk.put(record(purchase(key, "p1").to_json(), key, before))
    async with tail(desk.letters.bootstrap, TOPIC) as topic:
        await desk.run()
        [back] = await topic.of(key, 1)
    assert dict(back.headers) == {REPLAYED: b"crm.purchases/3/17", APPENDED: str(NOW_MS - HOUR_MS).encode()}
    assert len(back.headers) == 2


async def test_W02_a_partners_own_headers_do_not_hide_another_letter(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither now, nor in a letter of a time when such headers were kept."""
    key, forged = a_key(), (SETTLED, b"0")
    partners = DeadLetter(record(b"{", key, [forged, ("traceparent", b"00-1")]), "broken", "malformed")
    assert [name for name, _ in partners.headers if name in {SETTLED, "traceparent"}] == ["traceparent"]
    with monkeypatch.context() as patch:
        patch.setattr("shared.dead_letters._own", lambda told: tuple(told.headers))
        await desk.put(record(purchase(key, "p1").to_json(), key), partners.record)
    assert await desk.letters.settled() == set()
    run = await desk.run()
    assert (run.put_back, run.left, await desk.letters.settled()) == (1, 1, {0})


async def test_W02_a_partners_event_is_judged_by_the_time_of_its_first_delivery(desk: Desk) -> None:
    """A day ahead of the broker's time stays refused, however long one waits before the replay, and in a rebuild."""
    key = a_key()
    value = purchase(key, "p1", NOON + timedelta(days=2), source="urn:partner:pos-7").to_json()
    await desk.put(record(value, key))
    run = await desk.run()
    assert (run.put_back, run.left) == (0, 1)
    assert "ahead of its recorded time" in desk.said[0]
    later = record(value, key, at=NOW_MS + 72 * HOUR_MS)
    assert receive(later, not_ahead).appended == NOON + timedelta(days=3)
    with pytest.raises(RefusedError, match="ahead"):
        receive(replace(later, headers=((APPENDED, str(NOW_MS).encode()),)), not_ahead)


@pytest.mark.parametrize("told", [str(NOW_MS + 72 * HOUR_MS).encode(), b"-1", b"soon", b"9" * 5000])
async def test_W02_nobody_gains_by_inventing_the_header(told: bytes) -> None:
    value = purchase("ann", "p1", NOON + timedelta(days=2), source="urn:partner:pos-7").to_json()
    with pytest.raises(RefusedError, match="ahead"):
        receive(record(value, "ann", [(APPENDED, told)]), not_ahead)


async def test_W02_a_send_that_hangs_is_given_up_and_not_told_as_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    await desk.put(record(purchase("ann", "p1").to_json(), "ann"))
    with monkeypatch.context() as patch:
        patch.setattr("shared.replay.SEND_DEADLINE_S", 0.5)
        patch.setattr(AIOKafkaProducer, "send_and_wait", hangs)
        with pytest.raises(TimeoutError):
            await desk.run()
    assert desk.said == []
    assert (await desk.run()).put_back == 1


async def command(addresses: Addresses, *arguments: str, stdin: str = "", **changed: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `python -m services.scoring.main …`."""
    given = {"DATABASE_URL": addresses.postgres_url, "KAFKA_BOOTSTRAP": addresses.kafka_bootstrap}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.scoring.main", *arguments),
        env=os.environ | given | changed,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
    )
    out, error = await asyncio.wait_for(process.communicate(stdin.encode()), 60)
    return process.returncode or 0, out.decode(), error.decode()


async def lines_of(addresses: Addresses, key: str) -> list[dict[str, Any]]:
    """What `dead-letters` prints of a key; nothing else than lines of JSON is printed."""
    code, out, error = await command(addresses, "dead-letters")
    assert (code, error) == (0, "")
    return [line for line in map(json.loads, out.splitlines()) if line["key"] == key]


async def dead_letter(addresses: Addresses, *records: ConsumerRecord) -> None:
    """Leave letters on scoring's own dead-letter topic."""
    await Desk(addresses.kafka_bootstrap, "crm.scoring.dead-letters").put(*records)


async def test_W02_operators_see_repair_and_put_back(infrastructure: Addresses, tmp_path: Path) -> None:
    key, good = a_key(), purchase("x", "p1").to_json()
    broken = good.replace(b'"partitionkey":"x"', b'"partitionkey":7')
    await dead_letter(infrastructure, record(broken, key), record(b"\xff", key))
    text, raw = await lines_of(infrastructure, key)
    shown = {name: text[name] for name in ("topic", "partition", "origin_offset", "error", "value")}
    assert shown == {
        "topic": TOPIC, "partition": 3, "origin_offset": 17, "error": "broken", "value": broken.decode(),
    }  # fmt: skip
    assert (base64.b64decode(raw["value_base64"]), "value" in raw) == (b"\xff", False)
    text["value"] = text["value"].replace('"partitionkey":7', f'"partitionkey":"{key}"')
    missing = text | {"offset": 10**9}
    file = tmp_path / "repaired.ndjson"
    file.write_text("\n".join(map(json.dumps, (text, raw, missing))))
    async with tail(infrastructure.kafka_bootstrap, TOPIC) as topic:
        code, out, error = await command(infrastructure, "replay", str(file))
        [back] = await topic.of(key, 1)
    assert (code, error, back.value.decode()) == (1, "", text["value"])
    assert out.splitlines() == [
        f"{text['offset']} (crm.purchases/3/17): put back",
        f"{raw['offset']} (crm.purchases/3/17): left, {out.splitlines()[1].partition('left, ')[2]}",
        "1000000000: left, there is no such dead letter",
        "put back: 1, left: 2",
    ]
    assert [line["offset"] for line in await lines_of(infrastructure, key)] == [raw["offset"]]
    code, out, _ = await command(infrastructure, "replay", "-", stdin=json.dumps(text))
    assert (code, out) == (0, f"{text['offset']}: was put back before\nput back: 0, left: 0\n")


async def test_W02_without_a_file_all_that_decodes_now_is_put_back(infrastructure: Addresses) -> None:
    key = a_key()
    await dead_letter(infrastructure, record(purchase(key, "p1").to_json(), key), record(b"{", key))
    async with tail(infrastructure.kafka_bootstrap, TOPIC) as topic:
        code, out, error = await command(infrastructure, "replay")
        await topic.of(key, 1)
    assert (code, error) == (1, "")
    assert out.splitlines()[-1].startswith("put back: ")
    assert len(await lines_of(infrastructure, key)) == 1


@pytest.mark.parametrize(
    ("file", "why"),
    [("{", "line 1"), ('{"offset": 1}', "line 1: topic Field required")],
    ids=["not-json", "not-a-letter"],
)
async def test_W02_a_file_that_can_not_be_read_puts_nothing_back(
    infrastructure: Addresses, file: str, why: str
) -> None:
    code, out, error = await command(infrastructure, "replay", "-", stdin=file)
    assert (code, out) == (1, "")
    assert why in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("role", ["replay", "dead-letters"])
async def test_W02_without_a_broker_one_line_says_so(infrastructure: Addresses, role: str) -> None:
    began = datetime.now(UTC)
    code, out, error = await command(infrastructure, role, KAFKA_BOOTSTRAP="127.0.0.1:1")
    assert (code, out, len(error.splitlines())) == (1, "", 1)
    assert "gave up: " in error
    assert datetime.now(UTC) - began < timedelta(seconds=45)


@pytest.mark.parametrize(
    ("arguments", "usage"),
    [
        (["replay", "a", "b"], "replay [FILE]"),
        (["dead-letters", "a"], "dead-letters"),
        (["consumer", "a"], "consumer"),
    ],
)
async def test_W02_arguments_that_a_role_does_not_take(
    infrastructure: Addresses, arguments: list[str], usage: str
) -> None:
    code, out, error = await command(infrastructure, *arguments)
    assert (code, out, error) == (1, "", f"usage: python -m services.scoring.main {usage}\n")


async def test_W02_no_role_is_told_which_there_are(infrastructure: Addresses) -> None:
    code, out, error = await command(infrastructure)
    assert (code, out) == (1, "")
    assert {"consumer", "dead-letters", "replay", "web"} <= set(error.split()[-1].split("|"))
