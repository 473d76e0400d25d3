"""L02: purchases taken in by the thousand, a verdict for each line."""

import asyncio
import json
from itertools import pairwise
from typing import Any

import pytest

from shared.events import Event
from tests.loyalty.bills import Body, bill, counts, line, pointers, rows
from tests.support.client import Client
from tests.support.told import BEFORE

PATH = "/v1/imports/purchases"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CONTENT = "customer_id, store_id, channel, till, receipt_number, occurred_at, currency, simulated, content, version"
LINES = (
    "line, product_id, category, format, quantity, list_amount, paid_amount, cost_amount, discount_kind, tier, level"
)


def varied() -> list[Body]:
    """Bills that differ in every optional field."""
    full = line(
        format="grocery",
        quantity="0.250",
        cost_amount="3.00",
        discount_kind="bundle",
        tier="gold",
        level=0,
        tailored=True,
        tailorable=True,
        due_at="2017-01-02T10:00:00+05:30",
        delivered_at="2017-01-02T09:59:59.5Z",
    )
    return [
        bill(id="plain"),
        bill(
            id="full", campaign_id="18", integration_id="edi", served_by="emp-7", simulated=True, lines=[full, line()]
        ),
        bill(id="anonymous", customer_id=None, channel=None, till=None),
        bill(id="unprinted", receipt_number=None, ordered_at="2016-12-24T17:00:00+05:30"),
        bill(id="zero", lines=[line(quantity="0", list_amount="0", paid_amount="0")]),
        bill(id="yen", currency="JPY", lines=[line(list_amount="1000", paid_amount="950")]),
        bill(id="dinar", currency="KWD", lines=[line(list_amount="1.005", paid_amount="1.0")]),
    ]


def same(event: Event) -> tuple[Any, ...]:
    """An event without what is new each time."""
    return event.subject, event.partitionkey, event.type, event.source, event.storeid, event.time, event.data


async def test_L02_an_import_equals_single_posts_row_for_row_and_event_for_event(loyalty: Client) -> None:
    sent = varied()
    *verdicts, end = await loyalty.stream(PATH, sent)
    assert [verdict["status"] for verdict in verdicts] == ["accepted"] * 7
    assert end == {"accepted": 7, "duplicate": 0, "rejected": 0}
    queries = (
        f"select id, ordered_at, {CONTENT} from purchases order by id",  # noqa: S608
        f"select purchase_id, {LINES}, tailored, tailorable, due_at, delivered_at from purchase_lines order by 1, 2",  # noqa: S608
    )
    imported = [await rows(loyalty, query) for query in queries]
    events = [same(event) for event in await loyalty.outbox()]
    views = [(await loyalty.get(f"/v1/purchases/{b['id']}")).json() for b in sent]
    await rows(loyalty, "truncate purchases, purchase_lines, returns, return_lines, outbox cascade")
    for body, view in zip(sent, views, strict=True):
        answer = await loyalty.post("/v1/purchases", body)
        assert answer.status_code == 201
        assert answer.json() | {"created_at": ""} == view | {"created_at": ""}
    assert [await rows(loyalty, query) for query in queries] == imported
    assert [same(event) for event in await loyalty.outbox()] == events


async def test_L02_a_second_import_changes_nothing(loyalty: Client) -> None:
    lines = varied()
    await loyalty.stream(PATH, lines)
    before = await counts(loyalty)
    *verdicts, end = await loyalty.stream(PATH, lines)
    assert [(verdict["status"], verdict["id"]) for verdict in verdicts] == [("duplicate", b["id"]) for b in lines]
    assert end == {"accepted": 0, "duplicate": 7, "rejected": 0}
    assert await counts(loyalty) == before


async def test_L02_imports_at_once_count_once_whatever_their_order(loyalty: Client) -> None:
    lines = [bill(till=str(n % 3)) for n in range(300)]
    again = [{**body, "id": f"again-{n}"} for n, body in enumerate(lines)]
    shuffled = [lines, lines[::-1], again, lines[::2] + lines[1::2]]
    answers = await asyncio.gather(*(loyalty.stream(PATH, sent) for sent in shuffled))
    assert sum(answer[-1]["accepted"] for answer in answers) == 300
    assert sum(answer[-1]["duplicate"] for answer in answers) == 900
    assert await counts(loyalty) == (300, 300, 300)


async def test_L02_streams_that_cross_ids_and_receipts_end(loyalty: Client) -> None:
    def crossed(ids: list[int]) -> list[Body]:
        return [bill(id=f"x{i}", receipt_number=f"x{n}") for n, i in enumerate(ids)]

    forth, back = crossed(list(range(400))), crossed(list(range(400))[::-1])
    answers = await asyncio.gather(loyalty.stream(PATH, forth), loyalty.stream(PATH, back))
    assert sum(answer[-1]["accepted"] for answer in answers) == (await counts(loyalty))[0]
    assert all(sum(answer[-1].values()) == 400 for answer in answers)


async def test_L02_more_than_a_chunk_keeps_its_order_and_events(loyalty: Client) -> None:
    sent = [bill(id=f"p{n:05}") for n in range(2300)]
    *verdicts, end = await loyalty.stream(PATH, sent)
    assert end == {"accepted": 2300, "duplicate": 0, "rejected": 0}
    assert [verdict["id"] for verdict in verdicts] == [body["id"] for body in sent]
    subjects = [event.subject for event in await loyalty.outbox()]
    assert all(before < after for before, after in pairwise(subjects))


@pytest.mark.parametrize(("header", "told"), [(TRACE, TRACE), ('a"b\\n\\t', None)])
async def test_L02_the_trace_of_an_import_reaches_its_events(loyalty: Client, header: str, told: str | None) -> None:
    headers = {"Content-Type": "application/x-ndjson", "traceparent": header}
    await loyalty.call("POST", PATH, json.dumps(bill()).encode(), headers=headers)
    [event] = await loyalty.outbox()
    assert event.traceparent == told


async def test_L02_a_line_of_a_year_that_no_event_can_tell_is_rejected(loyalty: Client) -> None:
    *verdicts, end = await loyalty.stream(PATH, [*(bill(occurred_at=time) for time in BEFORE), bill()])
    assert [pointers(verdict["problem"]) for verdict in verdicts[:-1]] == [["/occurred_at"]] * len(BEFORE)
    assert end == {"accepted": 1, "duplicate": 0, "rejected": len(BEFORE)}


@pytest.mark.parametrize("body", [b"", b"\n\n"])
async def test_L02_an_empty_import_is_one(loyalty: Client, body: bytes) -> None:
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await loyalty.call("POST", PATH, body, headers=headers)
    assert answer.json() == {"accepted": 0, "duplicate": 0, "rejected": 0}
