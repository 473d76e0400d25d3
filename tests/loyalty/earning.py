"""Members of a programme, what they buy and bring back, and the clock that looks at a moment of the test's choice."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import async_sessionmaker

from services.loyalty.points import due, following
from shared.database import open_engine
from shared.erased import Erased
from shared.events import Event, Money
from shared.events.purchases import PurchaseCompleted, PurchaseCorrected, PurchasedLine, PurchaseReturned, ReturnedLine
from shared.handling import Handle
from shared.outbox import Transaction
from tests.support.client import ERASURE_KEY, Client
from tests.support.told import told

ERASED = Erased(SecretStr(ERASURE_KEY))
BEGIN = datetime(2017, 1, 1, tzinfo=UTC)
PROGRAMME: dict[str, Any] = {
    "valid_from": BEGIN.isoformat(),
    "currency": "USD",
    "points_per_unit": "1",
    "point_value": "0.015",
}
HANDLERS: dict[str, Callable[[Erased], Handle]] = {
    PurchaseCompleted.TYPE: following.earning,
    PurchaseReturned.TYPE: following.reversing,
    PurchaseCorrected.TYPE: following.correcting,
}


def day(number: float) -> datetime:
    """So many days after the programme began."""
    return BEGIN + timedelta(days=number)


async def member(client: Client, customer: str = "asha", card: str = "c-1", **programme: Any) -> None:
    """A programme, and a card of its first day."""
    assert (await client.post("/v1/programmes", {"id": "p-USD"} | PROGRAMME | programme)).status_code in (200, 201)
    await carded(client, customer, card)


async def carded(client: Client, customer: str, card: str, since: datetime = BEGIN) -> None:
    """The customer gets a card."""
    told_of = {"id": card, "customer_id": customer, "occurred_at": since.isoformat()}
    assert (await client.post("/v1/cards", told_of)).status_code == 201


def bought(purchase: str, at: float, paid: str = "100", customer: str = "asha", currency: str = "USD") -> Event:
    """A purchase of one line, so many days after the beginning."""
    line = _line(paid, currency)
    return told(PurchaseCompleted(lines=(line,)), customer, purchase, day(at), store="330")


def returned(purchase: str, number: str, at: float, paid: str, customer: str = "asha") -> Event:
    """Of a purchase came back what that was paid for."""
    money = Money.model_validate({"amount": paid, "currency": "USD"})
    line = ReturnedLine(
        line=1, category="G", quantity=1, list_amount=money, paid_amount=money, refund_amount=money, whole=False
    )
    payload = PurchaseReturned(purchase_id=purchase, purchased_at=BEGIN, reason="unwanted", lines=(line,))
    return told(payload, customer, number, day(at), store="330")


def corrected(purchase: str, at: float, *paid: str, customer: str = "asha") -> Event:
    """The bill was wrong; this was paid."""
    payload = PurchaseCorrected(purchased_at=BEGIN, reason="typo", lines=tuple(_line(each, "USD") for each in paid))
    return told(payload, customer, purchase, day(at))


def _line(paid: str, currency: str) -> PurchasedLine:
    money = {"amount": paid, "currency": currency}
    return PurchasedLine.model_validate({"category": "G", "quantity": "1", "list_amount": money, "paid_amount": money})


async def heard(client: Client, *events: Event, now: datetime | None = None) -> None:
    """The ledger takes these in, in one transaction, kind after kind."""

    async def take_in(tx: Transaction) -> None:
        for kind, handler in HANDLERS.items():
            if theirs := [event for event in events if event.type == kind]:
                await handler(ERASED)(tx, theirs)

    await within(client, take_in, now or max(event.time for event in events))


async def tick(client: Client, now: datetime) -> int:
    """The clock looks at that moment, until nothing is left to do; how much it did."""
    done = 0
    for duty in (due.mature, due.expire):
        while found := await within(client, duty, now):
            done += found
    return done


async def within(client: Client, work: Callable[[Transaction], Any], now: datetime) -> Any:
    """Something is done in a transaction of that moment."""
    engine = open_engine(client.database_url)
    try:
        async with async_sessionmaker(engine, expire_on_commit=False).begin() as session:
            return await work(Transaction(session, "/crm/loyalty", now, "clock"))
    finally:
        await engine.dispose()


async def redeem(client: Client, points: int, at: float | None = None, card: str = "c-1", **more: Any) -> Any:
    """Points are paid with; the answer."""
    when = {} if at is None else {"occurred_at": day(at).isoformat()}
    return await client.post(f"/v1/cards/{card}/redemptions", {"points": points} | when | more)


async def has(client: Client, card: str = "c-1", currency: str = "USD") -> tuple[int, int, int]:
    """Available, pending and owed points."""
    balances = (await client.get(f"/v1/cards/{card}/balance")).json()["balances"]
    found = [each for each in balances if each["currency"] == currency]
    return (found[0]["available"], found[0]["pending"], found[0]["owed"]) if found else (0, 0, 0)


async def said(client: Client) -> Sequence[tuple[str, int, str | None, str | None]]:
    """What was told of points: what, how many, why, about what."""
    events = [event for event in await client.outbox() if event.type.startswith("crm.points.")]
    told_of = [(event.type.split(".")[2], event.data.model_dump()) for event in events]
    return [(what, data["points"], data["reason"], data["about_id"]) for what, data in told_of]
