"""C10: purchases stay in the books as anonymous sales; cards, deliveries and responses of the person go."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from services.loyalty.workers import working
from shared.events import Event
from shared.events.customers import CustomerErased
from shared.events.erasures import ErasureCompleted
from shared.events.purchases import PurchaseReturned
from tests.loyalty.bills import Body, bill, rows
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import told

GONE = "urn:elevenfold:problem:gone"
IMPORT = "/v1/imports/purchases"
WORK = working(WORKER_SETTINGS)
CAMPAIGN: Body = {"id": "c18", "name": "Spring", "kind": "mass", "starts_on": "2017-01-01", "ends_on": "2017-01-31"}
DAY = "2017-01-02T00:00:00Z"


def erasure(customer: str = "asha", part: str = "part-1") -> Event:
    """The customer demanded to be forgotten."""
    return told(CustomerErased(erasure_id=part), customer, customer)


async def bought(loyalty: Client, *customers: str) -> None:
    """Each has a card and showed it, was written to, and answered."""
    await loyalty.post("/v1/campaigns", CAMPAIGN)
    for name in customers:
        assert (await loyalty.post("/v1/cards", {"id": f"card-of-{name}", "customer_id": name})).status_code == 201
        sale = bill(id=f"bill-{name}", customer_id=name, card_id=f"card-of-{name}", integration_id=f"edi-of-{name}")
        assert (await loyalty.post("/v1/purchases", sale)).status_code == 201
        delivery = {"customer_id": name, "delivered_at": DAY}
        sent = await loyalty.post("/v1/campaigns/c18/deliveries", {"deliveries": [delivery]})
        response = {"customer_id": name, "responded_at": DAY, "kind": "clicked"}
        heard = await loyalty.post("/v1/campaigns/c18/responses", {"responses": [response]})
        assert (sent.status_code, heard.status_code) == (200, 200)


def of(name: str) -> tuple[str, ...]:
    """What would lead to the person."""
    return name, f"card-of-{name}", f"edi-of-{name}", f"c18:{name}"


async def test_C10_purchases_become_anonymous_sales_and_all_else_goes(loyalty: Client) -> None:
    await bought(loyalty, "asha", "ben")
    before = (await loyalty.get("/v1/purchases/bill-asha")).json()
    assert len(found(await dump(loyalty.database_url), *of("asha"))) > 8
    kept = found(await dump(loyalty.database_url), *of("ben"))
    await handled(loyalty, WORK, erasure())
    left = await dump(loyalty.database_url)
    assert found(left, *of("asha")) == []
    assert found(left, *of("ben")) == kept
    sale = (await loyalty.get("/v1/purchases/bill-asha")).json()
    nobody_s = {"customer_id": None, "card_id": None, "integration_id": None}
    assert sale == before | nobody_s
    books = "select sum(paid_amount), count(*) from purchase_lines join purchases on purchase_id = id"
    assert [tuple(map(str, row)) for row in await rows(loyalty, books)] == [("19.00", "2")]


async def test_C10_their_card_on_another_s_bill_is_forgotten_too(loyalty: Client) -> None:
    await loyalty.post("/v1/purchases", bill(id="b1", customer_id="ben", card_id="card-of-asha"))
    await loyalty.post("/v1/cards", {"id": "card-of-asha", "customer_id": "asha"})
    await handled(loyalty, WORK, erasure())
    sale = (await loyalty.get("/v1/purchases/b1")).json()
    assert (sale["customer_id"], sale["card_id"]) == ("ben", None)


async def test_C10_nothing_more_is_taken_of_who_is_erased(loyalty: Client) -> None:
    await bought(loyalty, "asha")
    await handled(loyalty, WORK, erasure())
    before = await dump(loyalty.database_url)
    delivery, response = {"delivered_at": DAY}, {"responded_at": DAY, "kind": "clicked"}
    both = [{"customer_id": name} for name in ("ben", "asha")]
    refused = {
        "/v1/purchases": bill(),
        "/v1/cards": {"customer_id": "asha"},
        "/v1/campaigns/c18/deliveries": {"deliveries": [each | delivery for each in both]},
        "/v1/campaigns/c18/responses": {"responses": [each | response for each in both]},
    }
    for path, body in refused.items():
        answer = await loyalty.post(path, body)
        assert (answer.status_code, answer.json()["type"]) == (410, GONE), path
    assert answer.json()["errors"][0]["pointer"] == "/responses/1/customer_id"
    bound = await loyalty.post("/v1/campaigns/c18/deliveries", body, bearer=loyalty.issuer.token(stores=["330"]))
    assert bound.status_code in {403, 422}
    assert (await loyalty.post("/v1/purchases", bill(customer_id=None, card_id="card-of-asha"))).status_code == 422
    assert await dump(loyalty.database_url) == before


async def test_C10_a_card_can_not_be_read_or_blocked_any_more(loyalty: Client) -> None:
    await bought(loyalty, "asha")
    await handled(loyalty, WORK, erasure())
    assert (await loyalty.get("/v1/cards/card-of-asha")).status_code == 404
    assert (await loyalty.post("/v1/cards/card-of-asha/block")).status_code == 404
    assert (await loyalty.get("/v1/cards?customer_id=asha")).json()["items"] == []
    assert (await loyalty.get("/v1/purchases?customer_id=asha")).json()["items"] == []


async def test_C10_an_import_rejects_who_is_erased_and_takes_the_others(loyalty: Client) -> None:
    known = bill(id="b1", customer_id="asha")
    await loyalty.post("/v1/cards", {"id": "card-of-asha", "customer_id": "asha"})
    await loyalty.stream(IMPORT, [known])
    await handled(loyalty, WORK, erasure())
    lines = [bill(id="b2", customer_id="ben"), known, bill(id="b3"), bill(id="b4", customer_id=None), bill(id="b3")]
    *verdicts, totals = await loyalty.stream(IMPORT, [*lines, bill(customer_id=None, card_id="card-of-asha")])
    assert [verdict["status"] for verdict in verdicts] == [
        "accepted", "rejected", "rejected", "accepted", "rejected", "rejected",
    ]  # fmt: skip
    told_of = [verdict["problem"]["type"].rpartition(":")[2] for verdict in verdicts if "problem" in verdict]
    assert told_of == ["gone", "gone", "gone", "invalid-request"]
    assert verdicts[1]["problem"]["errors"][0]["pointer"] == "/customer_id"
    assert totals == {"accepted": 2, "duplicate": 0, "rejected": 4}
    assert found(await dump(loyalty.database_url), *of("asha")) == []


async def test_C10_a_return_of_their_sale_is_the_store_s(loyalty: Client) -> None:
    await bought(loyalty, "asha")
    await handled(loyalty, WORK, erasure())
    line = {"line": 1, "quantity": "1", "refund_amount": "4.75"}
    given_back = {"occurred_at": "2017-01-03T00:00:00Z", "reason": "unwanted", "lines": [line]}
    assert (await loyalty.post("/v1/purchases/bill-asha/returns", given_back)).status_code == 201
    [event] = [event for event in await loyalty.outbox() if isinstance(event.data, PurchaseReturned)]
    assert event.partitionkey == "store:330"


async def test_C10_an_answer_that_lists_them_as_held_back_is_forgotten(loyalty: Client) -> None:
    await loyalty.post("/v1/campaigns", CAMPAIGN | {"control_share": "0.999999"})
    sent = {"deliveries": [{"customer_id": name, "delivered_at": DAY} for name in ("asha", "ben")]}
    answer = await loyalty.post("/v1/campaigns/c18/deliveries", sent)
    assert answer.json()["control"] == ["asha", "ben"]
    await loyalty.post("/v1/campaigns/c18/deliveries", {"deliveries": [{"customer_id": "ben", "delivered_at": DAY}]})
    await handled(loyalty, WORK, erasure("as_a", "part-0"))
    assert found(await dump(loyalty.database_url), "asha")
    await handled(loyalty, WORK, erasure())
    left = await dump(loyalty.database_url)
    assert found(left, "asha") == []
    assert '\\"control\\":[\\"ben\\"]' in left or '"control":["ben"]' in left


async def test_C10_an_erasure_is_answered_once(loyalty: Client) -> None:
    for _ in range(2):
        await handled(loyalty, WORK, erasure(), erasure(), erasure("ben", "part-2"))
    events = await loyalty.outbox()
    assert [(event.partitionkey, event.subject) for event in events] == [
        ("erasure:part-1", "part-1"),
        ("erasure:part-2", "part-2"),
    ]
    assert {event.data for event in events} == {ErasureCompleted(service="loyalty")}


async def test_C10_what_is_taken_in_beside_their_erasure_leaves_nothing(loyalty: Client) -> None:
    await loyalty.post("/v1/cards", {"id": "card-of-asha", "customer_id": "asha"})
    shown = [bill(id=f"c{n}", customer_id=None, card_id="card-of-asha") for n in range(100)]
    lines = [*shown, *(bill(id=f"b{n}") for n in range(100))]
    # As many as the service has connections: who waited longer for one than it lets them would be told to come again.
    work: list[Any] = [loyalty.stream(IMPORT, lines), *(loyalty.post("/v1/purchases", lines[n]) for n in (99, 199))]
    work += [loyalty.post("/v1/cards", {"customer_id": "asha"}), loyalty.post("/v1/cards/card-of-asha/block")]
    work.append(handled(loyalty, WORK, erasure()))
    *answers, _ = await asyncio.gather(*work)
    assert {answer.status_code for answer in answers[1:]} <= {200, 201, 404, 410, 422}
    assert "problem" not in answers[0][-1]
    assert found(await dump(loyalty.database_url), *of("asha")) == []


@pytest.mark.parametrize("held", ["cards where id = 'card-of-asha'", "purchases where id = 'bill-asha'"])
async def test_C10_who_holds_a_row_of_theirs_is_waited_for(loyalty: Client, held: str) -> None:
    await bought(loyalty, "asha")
    writer = await asyncpg.connect(loyalty.database_url)
    noted = json.dumps({"customer_id": "asha"})
    try:
        async with writer.transaction():
            await writer.execute(f"select from {held} for update")
            erasing = asyncio.ensure_future(handled(loyalty, WORK, erasure()))
            await asyncio.sleep(0.3)
            assert not erasing.done()
            await writer.execute(
                "insert into history (entity, entity_id, version, at, recorded_at, by, what, after)"
                " values ('card', 'card-of-asha', 2, now(), now(), 'emp', 'block', $1)",
                noted,
            )
            await writer.execute(
                "insert into outbox (id, aggregatetype, aggregateid, type, payload) values ('e', 't', 'asha', 't', $1)",
                noted,
            )
        await erasing
    finally:
        await writer.close()
    assert found(await dump(loyalty.database_url), *of("asha")) == []
