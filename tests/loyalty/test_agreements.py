"""L04: lower prices for larger volumes, agreed with a customer, and what they were used for."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from services.loyalty.workers import working
from shared.events import Event, Money
from shared.events.customers import CustomerErased, CustomerMerged
from shared.events.loyalty import VolumeAgreementUsed
from shared.events.purchases import PurchaseCompleted, PurchaseCorrected, PurchasedLine
from tests.loyalty.bills import pointers, rows
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import NOON, told

WORK = working(WORKER_SETTINGS)
PATH = "/v1/volume-agreements"
AGREED: dict[str, Any] = {
    "id": "a1",
    "customer_id": "asha",
    "category": "GROCERY",
    "currency": "USD",
    "steps": [{"min_quantity": "10", "discount_share": "0.05"}, {"min_quantity": "50", "discount_share": "0.1"}],
    "valid_from": "2026-01-01T00:00:00Z",
    "occurred_at": "2025-12-20T00:00:00Z",
}
PRICES = [{"min_quantity": "10", "unit_price": "2"}, {"min_quantity": "20", "unit_price": "1.5"}]


async def agreed(client: Client, **more: Any) -> None:
    """A customer agrees with us."""
    answer = await client.post(PATH, AGREED | more)
    assert answer.status_code == 201, answer.text


def sale(
    subject: str, *lines: dict[str, Any], customer: str = "asha", time: datetime = NOON, store: str = "330"
) -> Event:
    """Bought at noon: a hundred pieces of groceries for 180 instead of 200 USD, for their volume, unless said."""
    listed, paid = Money(amount=Decimal(200), currency="USD"), Money(amount=Decimal(180), currency="USD")
    given = {"product_id": "1", "category": "GROCERY", "quantity": "100", "discount_kind": "volume"}
    base = given | {"list_amount": listed, "paid_amount": paid}
    bought = tuple(PurchasedLine.model_validate(base | line) for line in lines or ({},))
    return told(PurchaseCompleted(lines=bought), customer, subject, time, store=store)


async def uses(client: Client, agreement: str = "a1", **options: Any) -> list[tuple[str, int, str]]:
    """What an agreement was used for: purchase, line, saved."""
    items = (await client.get(f"{PATH}/{agreement}/uses", **options)).json()["items"]
    return [(each["purchase_id"], each["line"], each["saved"]) for each in items]


async def used(client: Client) -> list[tuple[str, str, str]]:
    """What was told of uses: agreement, purchase, saved."""
    events = [event for event in await client.outbox() if isinstance(event.data, VolumeAgreementUsed)]
    assert {event.time for event in events} <= {NOON}
    found = [(event.subject, event.data) for event in events if isinstance(event.data, VolumeAgreementUsed)]
    return [(name, data.purchase_id or "", f"{data.saved.amount:f}") for name, data in found if data.saved]


async def test_L04_an_agreement_is_made_once_and_read(loyalty: Client) -> None:
    answers = await asyncio.gather(*(loyalty.post(PATH, AGREED) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    made = (await loyalty.get(f"{PATH}/a1")).json()
    assert all(answer.json() == made for answer in answers)
    assert (made["steps"][1], made["ended_at"]) == (
        {"min_quantity": "50", "discount_share": "0.1", "unit_price": None},
        None,
    )
    assert (await loyalty.post(PATH, AGREED | {"currency": "EUR"})).status_code == 409
    same = [*AGREED["steps"][:1], {"min_quantity": "50.0", "discount_share": "0.10"}]
    assert (await loyalty.post(PATH, AGREED | {"steps": same})).status_code == 200
    listed = (await loyalty.get(f"{PATH}?customer_id=asha")).json()["items"]
    assert (listed, (await loyalty.get(f"{PATH}?customer_id=ben")).json()["items"]) == ([made], [])
    [entry] = (await loyalty.get(f"{PATH}/a1/history")).json()["items"]
    assert (entry["what"], entry["after"]["customer_id"]) == ("make", "asha")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"product_id": "7"}, "/category"),
        ({"category": None}, "/category"),
        ({"steps": []}, "/steps"),
        ({"steps": [PRICES[1], PRICES[0]]}, "/steps"),
        ({"steps": [PRICES[0], PRICES[1] | {"unit_price": "2"}]}, "/steps"),
        ({"steps": [PRICES[0], AGREED["steps"][1]]}, "/steps"),
        ({"steps": AGREED["steps"][::-1]}, "/steps"),
        ({"steps": [{"min_quantity": "10"}]}, "/steps/0"),
        ({"steps": [PRICES[0] | {"discount_share": "0.1"}]}, "/steps/0"),
        ({"steps": [PRICES[0] | {"unit_price": "1.999"}]}, "/steps/0/unit_price"),
        ({"steps": [{"min_quantity": "0", "discount_share": "0.1"}]}, "/steps/0/min_quantity"),
        ({"steps": [{"min_quantity": "1", "discount_share": "1.1"}]}, "/steps/0/discount_share"),
        ({"valid_until": "2026-01-01T00:00:00Z"}, "/valid_until"),
        ({"currency": "XXY"}, "/currency"),
    ],
)
async def test_L04_what_can_not_be_agreed_is_refused(loyalty: Client, changes: dict[str, Any], pointer: str) -> None:
    answer = await loyalty.post(PATH, AGREED | changes)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert await rows(loyalty, "select count(*) from volume_agreements") == [(0,)]


async def test_L04_an_agreement_is_ended_once(loyalty: Client) -> None:
    await agreed(loyalty)
    path = f"{PATH}/a1/end"
    assert (await loyalty.post(path, {})).status_code == 428
    assert (await loyalty.post(path, {}, match='"2"')).status_code == 412
    assert (await loyalty.post(f"{PATH}/none/end", {}, match='"1"')).status_code == 404
    answers = await asyncio.gather(*(loyalty.post(path, {}, match='"1"') for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    again = await loyalty.post(path, {}, match='"2"')
    assert (again.status_code, again.json()["type"].rpartition(":")[2]) == (409, "wrong-state")
    await agreed(loyalty, id="a2", valid_until="2026-02-01T00:00:00Z")
    over = await loyalty.post(f"{PATH}/a2/end", {"occurred_at": "2026-02-01T00:00:00Z"}, match='"1"')
    assert "over by itself" in over.json()["detail"]
    assert [entry["what"] for entry in (await loyalty.get(f"{PATH}/a1/history")).json()["items"]] == ["end", "make"]


async def test_L04_stores_read_agreements_and_the_chain_makes_them(loyalty: Client) -> None:
    await agreed(loyalty)
    await handled(loyalty, WORK, sale("b1"), sale("b2", store="7"))
    store = loyalty.issuer.token(stores=["330"])
    assert (await loyalty.post(PATH, AGREED | {"id": "a2"}, bearer=store)).status_code == 403
    assert (await loyalty.post(f"{PATH}/a1/end", {}, match='"1"', bearer=store)).status_code == 403
    assert (await loyalty.get(PATH, bearer=store)).status_code == 403
    assert len((await loyalty.get(f"{PATH}?customer_id=asha", bearer=store)).json()["items"]) == 1
    assert await uses(loyalty, bearer=store) == [("b1", 1, "20")]
    assert (await loyalty.get(f"{PATH}/a1/use", bearer=store)).json()["uses"] == 1


async def test_L04_a_use_is_noted_and_told_once(loyalty: Client) -> None:
    await agreed(loyalty)
    await agreed(loyalty, id="a2", category=None, product_id="9", steps=PRICES)
    nine = {"product_id": "9", "category": "DELI", "quantity": "12"}
    lines: tuple[dict[str, Any], ...] = (
        {},
        nine,
        {"discount_kind": "coupon"},
        {"paid_amount": Money(amount=Decimal(190), currency="USD")},
    )
    for _ in range(2):
        await handled(loyalty, WORK, sale("b1", *lines))
    assert await uses(loyalty) == [("b1", 1, "20"), ("b1", 4, "10")]
    assert await uses(loyalty, "a2") == [("b1", 2, "20")]
    assert await used(loyalty) == [("a1", "b1", "30"), ("a2", "b1", "20")]
    await handled(loyalty, WORK, sale("b2", time=NOON, customer="asha"))
    total = (await loyalty.get(f"{PATH}/a1/use")).json()
    assert total == {"uses": 3, "quantity": "300", "saved": "50", "currency": "USD"}
    none = (await loyalty.get(f"{PATH}/a1/use?to=2026-03-01T12:00:00Z")).json()
    assert (none["uses"], none["saved"]) == (0, "0")
    assert (await loyalty.get(f"{PATH}/a1/use?from=2026-03-01T12:00:00Z")).json() == total


async def test_L04_a_use_is_of_the_lines_in_force(loyalty: Client) -> None:
    await agreed(loyalty)
    sold, dearer = sale("b1", {}, {}), Money(amount=Decimal(190), currency="USD")
    right = cast("PurchaseCompleted", sale("b1", {"quantity": "60", "paid_amount": dearer}).data).lines
    hour = timedelta(hours=1)
    fixed, taken = (
        told(PurchaseCorrected(purchased_at=NOON, reason="miskeyed", lines=lines), "asha", "b1", NOON + hours * hour)
        for hours, lines in ((1, right), (2, ()))
    )
    total = {"currency": "USD", "uses": 0, "quantity": "0", "saved": "0"}
    for events, noted, sums in (
        ((sold, fixed), [("b1", 1, "10")], {"uses": 1, "quantity": "60", "saved": "10"}),
        ((sold, fixed, taken), [], {}),
        ((sold, fixed, taken), [], {}),
    ):
        await handled(loyalty, WORK, *events)
        assert await uses(loyalty) == noted
        assert (await loyalty.get(f"{PATH}/a1/use")).json() == total | sums
    assert await used(loyalty) == [("a1", "b1", "40")], "told once"


@pytest.mark.parametrize(
    "event",
    [
        sale("b1", {"quantity": "9"}),
        sale("b1", {"category": "DELI"}),
        sale("b1", {"discount_kind": "coupon"}),
        sale("b1", {"paid_amount": Money(amount=Decimal(200), currency="USD")}),
        sale("b1", customer="ben"),
        sale("b1", customer="store:330"),
        sale("b1", time=NOON - timedelta(days=365)),
    ],
)
async def test_L04_where_no_agreement_applies_nothing_is_noted(loyalty: Client, event: Event) -> None:
    await agreed(loyalty)
    await handled(loyalty, WORK, event)
    assert (await uses(loyalty), await used(loyalty)) == ([], [])


async def test_L04_an_ended_agreement_gives_nothing_more_and_keeps_what_it_gave(loyalty: Client) -> None:
    await agreed(loyalty)
    await handled(loyalty, WORK, sale("b1"))
    ended = await loyalty.post(f"{PATH}/a1/end", {"occurred_at": NOON.isoformat()}, match='"1"')
    assert ended.json()["ended_at"] == "2026-03-01T12:00:00Z"
    await handled(loyalty, WORK, sale("b1"), sale("b2"), sale("b3", time=NOON))
    assert await uses(loyalty) == [("b1", 1, "20")]


async def test_L04_whoever_they_are_known_as_the_agreement_is_theirs(loyalty: Client) -> None:
    await agreed(loyalty)
    await handled(loyalty, WORK, told(CustomerMerged(into="asha", at=NOON), "ben", "ben"))
    await handled(loyalty, WORK, sale("b1", customer="ben"))
    assert await uses(loyalty) == [("b1", 1, "20")]
    [event] = [event for event in await loyalty.outbox() if isinstance(event.data, VolumeAgreementUsed)]
    assert (event.partitionkey, event.subject, event.storeid) == ("ben", "a1", "330")


async def test_L04_who_is_erased_leaves_no_agreement(loyalty: Client) -> None:
    await agreed(loyalty)
    await agreed(loyalty, id="a2", customer_id="ben")
    quote = {"customer_id": "asha", "currency": "USD", "lines": []}
    line = {"product_id": "1", "category": "GROCERY", "quantity": "10", "list_amount": "20"}
    assert (await loyalty.post("/v1/quotes", quote | {"lines": [line]})).status_code == 201
    await handled(loyalty, WORK, sale("b1"), sale("b2", customer="ben"))
    await handled(loyalty, WORK, told(CustomerErased(erasure_id="part-1"), "asha", "asha"))
    assert found(await dump(loyalty.database_url), "asha", "a1") == []
    assert await uses(loyalty, "a2") == [("b2", 1, "20")]
    await handled(loyalty, WORK, sale("b3"))
    assert (await loyalty.post(PATH, AGREED)).status_code == 410
    assert found(await dump(loyalty.database_url), "asha") == []
