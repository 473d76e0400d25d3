"""Deliveries: the lines of purchases that have a due time, and when they were there in full."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.history import History
from services.scoring.metrics.purchases import Purchase
from shared.events.purchases import PurchaseLineDelivered


class Order(NamedTuple):
    """One line of a purchase that has a due time. `delivered`: when it was first there in full, if ever."""

    fact: Fact
    due_at: datetime
    delivered: datetime | None


def orders(history: History) -> list[Order]:
    """Every line with a due time, by purchase; one whose whole purchase came back before it is due no more.

    A due time told with the purchase goes before one told with its delivery. What was delivered of no known
    purchase is passed by.
    """
    arrived: dict[str, list[Fact]] = defaultdict(list)
    for fact in history.of(PurchaseLineDelivered.TYPE):
        arrived[fact.subject].append(fact)
    return [
        order
        for purchase in history.bought
        if "due" in purchase.told or purchase.fact.subject in arrived
        for order in _orders(purchase, arrived.get(purchase.fact.subject, ()))
        if purchase.stands(order.due_at)
    ]


def _orders(purchase: Purchase, arrived: Sequence[Fact]) -> list[Order]:
    told = purchase.told.get("due", ())
    promised = {each["line"]: each["due_at"] for each in told}
    delivered = {each["line"]: datetime.fromisoformat(each["delivered_at"]) for each in told if "delivered_at" in each}
    for fact in arrived:
        line = fact.data["line"]
        if "due_at" in fact.data:
            promised.setdefault(line, fact.data["due_at"])
        if fact.data["in_full"]:
            delivered[line] = min(delivered.get(line, fact.time), fact.time)
    return [
        Order(purchase.fact, datetime.fromisoformat(due_at), delivered.get(line)) for line, due_at in promised.items()
    ]


def turns(history: History) -> list[datetime]:
    """When, after `history.as_of`, a line comes to count: a moment after its due time."""
    return [order.due_at + MOMENT for order in orders(history) if order.due_at >= history.as_of]
