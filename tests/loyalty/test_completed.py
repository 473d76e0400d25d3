"""L01: the quick way of telling a purchase says exactly what the plain way says."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.purchases.bill import Bill
from services.loyalty.purchases.completed import completed
from services.loyalty.purchases.models import NewLine, NewPurchase
from shared.events import Event, Money, decode
from shared.events.purchases import PurchaseCompleted, PurchasedLine
from shared.money import DECIMALS
from shared.outbox import Transaction

RECORDED = datetime(2017, 2, 1, 12, tzinfo=UTC)
ids = st.text("abcXYZ019._-", min_size=1, max_size=64)
maybe = st.none() | ids
times = st.integers(-2_200_000_000, 1_500_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
offsets = st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.tuples(times, offsets).map(lambda told: told[0].astimezone(told[1]).isoformat())
quantities = st.decimals(0, 10**9, places=6).map(lambda n: format(n, "f"))


def plainly(tx: Transaction, told: NewPurchase, subject: str) -> Event:
    """The event built out of the contract's own classes."""
    payload = PurchaseCompleted(
        lines=tuple(_line(line, told.currency) for line in told.lines),
        ordered_at=told.ordered_at,
        **told.model_dump(include={"channel", "card_id", "campaign_id", "integration_id", "served_by"}),
    )
    key = told.customer_id or f"store:{told.store_id}"
    return tx.event(payload, key=key, subject=subject, time=told.occurred_at, store=told.store_id)


def _line(line: NewLine, currency: str) -> PurchasedLine:
    def money(amount: str) -> Money:
        return Money(amount=Decimal(amount), currency=currency)

    same = (
        "product_id",
        "category",
        "discount_kind",
        "tier",
        "level",
        "tailored",
        "tailorable",
        "due_at",
        "delivered_at",
    )
    return PurchasedLine(
        quantity=Decimal(line.quantity),
        list_amount=money(line.list_amount),
        paid_amount=money(line.paid_amount),
        cost_amount=None if line.cost_amount is None else money(line.cost_amount),
        **{name: getattr(line, name) for name in same},
    )


@st.composite
def purchases(draw: st.DrawFn) -> NewPurchase:
    """Any purchase that the service takes."""
    currency = draw(st.sampled_from(["USD", "JPY", "KWD"]))
    amounts = st.decimals(0, 10**9, places=DECIMALS[currency]).map(lambda n: format(n, "f"))
    lines = st.fixed_dictionaries(
        {
            "product_id": ids,
            "category": ids,
            "format": maybe,
            "quantity": quantities,
            "list_amount": amounts,
            "paid_amount": amounts,
            "cost_amount": st.none() | amounts,
            "discount_kind": st.sampled_from([None, "volume", "coupon"]),
            "tier": maybe,
            "level": st.none() | st.integers(0, 1000),
            "tailored": st.booleans(),
            "tailorable": st.booleans(),
            "due_at": st.none() | instants,
            "delivered_at": st.none() | instants,
        }
    )
    optional = dict.fromkeys(("id", "channel", "till", "campaign_id", "integration_id", "served_by"), maybe)
    who = draw(st.fixed_dictionaries({"customer_id": maybe, **optional}))
    card = draw(maybe) if who["customer_id"] else None
    paid = draw(instants)
    bought = {"store_id": draw(ids), "occurred_at": paid, "currency": currency, "card_id": card}
    if draw(st.booleans()):
        bought["ordered_at"] = (datetime.fromisoformat(paid) - timedelta(days=9)).isoformat()
    return NewPurchase.model_validate({**who, **bought, "lines": draw(st.lists(lines, min_size=1, max_size=4))})


@given(purchases(), st.none() | st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=64))
def test_L01_the_quick_event_is_the_plain_event(told: NewPurchase, traceparent: str | None) -> None:
    tx = Transaction(cast("AsyncSession", None), "/crm/loyalty", RECORDED, "me", traceparent)
    bill = Bill.of(told, {})
    plain = plainly(tx, told, bill.id)
    quick = completed(tx, bill, plain.id)
    assert decode(quick.encode()) == decode(plain.to_json())


def test_L01_the_quick_event_has_the_plain_one_s_bytes() -> None:
    line = {"product_id": "1", "category": "GROCERY", "quantity": "1", "list_amount": "0.50", "paid_amount": "0.50"}
    told = NewPurchase.model_validate(
        {
            "id": "b-31198570044",
            "customer_id": "household-208",
            "store_id": "330",
            "channel": "store",
            "occurred_at": "2017-01-01T11:53:26Z",
            "currency": "USD",
            "ordered_at": "2017-01-01T11:00:00Z",
            "lines": [line, line | {"cost_amount": "0.25", "level": 0, "due_at": "2017-01-02T10:00:00Z"}],
        }
    )
    tx = Transaction(cast("AsyncSession", None), "/crm/loyalty", RECORDED, "me", "00-ab-cd-01")
    plain = plainly(tx, told, "b-31198570044")
    assert completed(tx, Bill.of(told, {}), plain.id) == plain.to_json().decode()
