"""Requests and answers about the points ledger."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StrictInt

from services.loyalty.points.domain import MOST, Account, Kind
from shared.web.fields import Currency, Id, Instant, NewEntity, OccurredAt, Shown, Text, View


def _not_zero(value: int) -> int:
    if value == 0:
        raise ValueError("no points at all")
    return value


class NewRedemption(NewEntity):
    """Points are paid with. `currency`: of the points, where there are several; `purchase_id`: what was paid for."""

    points: Annotated[StrictInt, Field(gt=0, le=MOST)]
    currency: Currency | None = None
    store_id: Id | None = None
    purchase_id: Id | None = None
    occurred_at: OccurredAt | None = None


class NewAdjustment(NewEntity):
    """Somebody gives points, or takes them where `points` is below 0. The words of the reason stay in this service.

    `expires_at`: until when given points can be spent; as long as the programme says, where it is not told.
    """

    points: Annotated[StrictInt, Field(ge=-MOST, le=MOST), AfterValidator(_not_zero)]
    currency: Currency
    reason_text: Text
    by: Id
    expires_at: Instant | None = None
    occurred_at: OccurredAt | None = None


class EntryView(View):
    """Points that an account gained, below 0 where it lost them."""

    account: Account
    lot_id: str | None
    points: int


class MovementView(View):
    """A step of the ledger. `points`: what the customer gained by it, below 0 where they lost some."""

    id: str
    customer_id: str
    card_id: str | None
    store_id: str | None
    kind: Kind
    currency: str
    points: int
    occurred_at: datetime
    recorded_at: datetime
    reason: str | None
    reason_text: str | None
    about_id: str | None
    by: str
    entries: list[EntryView]
    version: int


class ExpiryView(View):
    """Points that can be spent until before this moment."""

    points: int
    at: datetime


class BalanceView(View):
    """What a customer has of one currency's points. `value`: what the available ones are worth, where it is known.

    `pending` ones can't be spent yet; `owed` ones are paid first by those that become available next.
    """

    currency: str
    available: int
    pending: int
    owed: int
    next_expiry: ExpiryView | None
    value: Shown | None


class BalancesView(View):
    """What a card's customer has, by currency."""

    balances: list[BalanceView]
