"""L01, L03: a purchase told by card is the card's customer's."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.loyalty.bills import Body, bill, counts, pointers
from tests.support.client import Client

CARD = {"id": "c-1", "customer_id": "asha"}
BEFORE, LOST, AFTER = "2017-02-28T10:00:00Z", "2017-03-01T12:00:00Z", "2017-03-02T10:00:00Z"


def by_card(**changes: Any) -> Body:
    """A purchase that tells a card and no customer."""
    return bill(**({"customer_id": None, "card_id": "c-1"} | changes))


async def issue(loyalty: Client, *, lost: str | None = None) -> None:
    """Asha's card, lost or not."""
    assert (await loyalty.post("/v1/cards", CARD | {"occurred_at": "2016-11-01T00:00:00Z"})).status_code == 201
    if lost is not None:
        assert (await loyalty.post("/v1/cards/c-1/block", {"occurred_at": lost})).status_code == 200


@contextmanager
def looked_up() -> Iterator[list[str]]:
    """The statements that read cards meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "from cards" in statement.lower():
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_L03_a_purchase_by_card_is_the_customers(loyalty: Client) -> None:
    await issue(loyalty)
    answer = await loyalty.post("/v1/purchases", by_card())
    assert answer.status_code == 201
    made = answer.json()
    assert (made["customer_id"], made["card_id"]) == ("asha", "c-1")
    assert (await loyalty.get(f"/v1/purchases/{made['id']}")).json() == made
    [told] = await loyalty.outbox()
    assert (told.partitionkey, told.data.model_dump()["card_id"]) == ("asha", "c-1")


async def test_L03_two_tills_sell_by_one_card_at_once(loyalty: Client) -> None:
    await issue(loyalty)
    sold = [by_card(till=till, store_id=store) for till, store in (("1", "330"), ("2", "331"))]
    answers = await asyncio.gather(*(loyalty.post("/v1/purchases", body) for body in sold))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [told.partitionkey for told in await loyalty.outbox()] == ["asha", "asha"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"card_id": "c-9"}, 422),
        ({"card_id": "c-9", "customer_id": "ben"}, 201),  # a card of another programme, or from before ours
        ({"customer_id": "asha"}, 201),
        ({"customer_id": "ben"}, 422),
        ({"customer_id": "asha", "occurred_at": AFTER}, 201),
        ({"customer_id": "ben", "occurred_at": AFTER}, 422),
        ({"occurred_at": BEFORE}, 201),
        ({"occurred_at": LOST}, 422),
        ({"occurred_at": AFTER}, 422),
    ],
)
async def test_L03_a_sale_is_refused_only_where_its_customer_is_in_doubt(
    loyalty: Client, changes: dict[str, Any], status: int
) -> None:
    await issue(loyalty, lost=LOST)
    told = by_card(**changes)
    answer = await loyalty.post("/v1/purchases", told)
    assert answer.status_code == status
    [verdict, _] = await loyalty.stream("/v1/imports/purchases", [told])
    if status == 422:
        assert answer.headers["content-type"] == "application/problem+json"
        assert pointers(answer.json()) == pointers(verdict["problem"]) == ["/card_id"]
        assert await counts(loyalty) == (0, 0, 0)
    else:
        assert answer.json()["card_id"] == told["card_id"]
        assert (verdict["status"], await counts(loyalty)) == ("duplicate", (1, 1, 1))


async def test_L03_by_card_or_by_card_and_customer_is_one_purchase(loyalty: Client) -> None:
    await issue(loyalty)
    told = by_card(id="b-1")
    made = await loyalty.post("/v1/purchases", told)
    both = await loyalty.post("/v1/purchases", told | {"customer_id": "asha"})
    cardless = await loyalty.post("/v1/purchases", told | {"customer_id": "asha", "card_id": None})
    assert (made.status_code, both.status_code, cardless.status_code) == (201, 200, 409)
    assert both.json() == made.json()
    assert pointers(cardless.json()) == ["/id"]
    sent = [told, told | {"customer_id": "asha"}, told | {"customer_id": "asha", "card_id": None}]
    *verdicts, _ = await loyalty.stream("/v1/imports/purchases", sent)
    assert [verdict["status"] for verdict in verdicts] == ["duplicate", "duplicate", "rejected"]
    assert await counts(loyalty) == (1, 1, 1)


async def test_L03_a_known_purchase_stays_known_when_its_card_is_blocked(loyalty: Client) -> None:
    await issue(loyalty)
    told = by_card(id="b-1", occurred_at=AFTER)
    made = await loyalty.post("/v1/purchases", told)
    await loyalty.post("/v1/cards/c-1/block", {"occurred_at": LOST})
    again = await loyalty.post("/v1/purchases", told)
    assert (made.status_code, again.status_code, again.json()) == (201, 200, made.json())
    *verdicts, _ = await loyalty.stream("/v1/imports/purchases", [told, {**told, "id": None}])
    assert [(verdict["status"], verdict["id"]) for verdict in verdicts] == [("duplicate", "b-1")] * 2
    assert await counts(loyalty) == (1, 1, 1)


async def test_L03_a_refused_sale_can_be_sent_again_under_its_key(loyalty: Client) -> None:
    told = by_card()
    assert (await loyalty.post("/v1/purchases", told, key="k")).status_code == 422
    await issue(loyalty)
    assert (await loyalty.post("/v1/purchases", told, key="k")).status_code == 201


async def test_L03_an_import_refuses_unknown_cards_line_by_line(loyalty: Client) -> None:
    await issue(loyalty, lost=LOST)
    await loyalty.post("/v1/cards", {"id": "c-2", "customer_id": "ben"})
    refused = by_card(id="again", card_id="c-9", till="9", receipt_number="r-again")
    sent = [
        by_card(id="a"),
        bill(id="b"),
        refused,
        refused | {"card_id": "c-2"},  # refused above, its id and receipt are free
        by_card(id="c", occurred_at=AFTER),
        by_card(id="d", customer_id="ben"),
        by_card(id="e", card_id="c-9", customer_id="carl"),
        bill(id="f", customer_id=None),
    ]
    *verdicts, end = await loyalty.stream("/v1/imports/purchases", sent)
    taken = [verdict["status"] == "accepted" for verdict in verdicts]
    assert taken == [True, True, False, True, False, False, True, True]
    assert {tuple(pointers(verdict["problem"])) for verdict in verdicts if "problem" in verdict} == {("/card_id",)}
    assert end == {"accepted": 5, "duplicate": 0, "rejected": 3}
    told = {completed.subject: completed for completed in await loyalty.outbox()}
    assert {subject: completed.partitionkey for subject, completed in told.items()} == {
        **{"a": "asha", "b": "asha", "again": "ben", "e": "carl"},
        "f": "store:330",
    }
    assert told["again"].data.model_dump()["card_id"] == "c-2"


async def test_L02_cards_are_looked_up_once_a_chunk_and_never_without_any(loyalty: Client) -> None:
    await issue(loyalty)
    with looked_up() as seen:
        await loyalty.post("/v1/purchases", bill())
        await loyalty.stream("/v1/imports/purchases", [bill() for _ in range(20)])
        assert seen == []
        *_, end = await loyalty.stream("/v1/imports/purchases", [by_card(card_id=f"c-{n % 3}") for n in range(1500)])
        assert (end["accepted"], end["rejected"], len(seen)) == (500, 1000, 2)


async def test_L03_a_bound_token_sells_by_any_card_in_its_store(loyalty: Client) -> None:
    await issue(loyalty)
    bearer = loyalty.issuer.token(stores=["331"])
    own = await loyalty.post("/v1/purchases", by_card(store_id="331"), bearer=bearer)
    other = await loyalty.post("/v1/purchases", by_card(store_id="330"), bearer=bearer)
    assert (own.status_code, other.status_code, own.json()["customer_id"]) == (201, 403, "asha")
    sent = [by_card(store_id="330"), by_card(store_id="331"), by_card(store_id="331", card_id="c-9")]
    *verdicts, _ = await loyalty.stream("/v1/imports/purchases", sent, bearer=bearer)
    assert [verdict["status"] for verdict in verdicts] == ["rejected", "accepted", "rejected"]
    assert [pointers(verdicts[n]["problem"]) for n in (0, 2)] == [["/store_id"], ["/card_id"]]


async def test_L01_purchases_are_found_by_card(loyalty: Client) -> None:
    await issue(loyalty)
    sent = [by_card(id="a"), bill(id="b"), by_card(id="c", store_id="331"), bill(id="d", card_id="c-9")]
    for body in sent:
        assert (await loyalty.post("/v1/purchases", body)).status_code == 201

    async def found(query: str, **options: Any) -> list[str]:
        return [item["id"] for item in (await loyalty.get(f"/v1/purchases?{query}", **options)).json()["items"]]

    assert await found("card_id=c-1") == ["a", "c"]
    assert await found("card_id=c-1&store_id=331") == ["c"]
    assert await found("card_id=c-9&customer_id=asha") == ["d"]
    assert await found("card_id=c-8") == []
    assert await found("card_id=c-1", bearer=loyalty.issuer.token(stores=["330"])) == ["a"]
