"""From the data's rows to the bodies of the REST API, exactly. What the data do not tell is never invented."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from deploy.sample.transactions import Head, Line

Body = dict[str, Any]
REGISTERED = "2016-11-01T00:00:00Z"
OFFERED_FROM = "2016-01-01"
ASSUMED_MARGIN = "0.25"
CURRENCY, CHANNEL, FORMAT, TIER = "USD", "store", "grocery", "card"
TILL = "1"
"""The data tell no tills; basket numbers are unique without them."""
UNKNOWN = "UNKNOWN"
CONSENT: Body = {"granted_at": REGISTERED, "source": "sample data: assumed"}
STORE: Body = {"time_zone": "UTC"}
"""The data's times have no zone and are taken as UTC."""


def customer_id(household: int) -> str:
    """The customer that a household is."""
    return f"household-{household}"


def customer(household: int, demographics: Mapping[int, str]) -> Body:
    """A household has no name; how it lives (`2 Adults Kids`) is known of a third of them."""
    return {
        "kind": "individual",
        "name": None,
        "lifestyle": demographics.get(household),
        "registered_at": REGISTERED,
        "external_ids": [{"system": "till", "value": str(household)}],
    }


def category_id(department: str | None) -> str:
    """A department as an id; `UNKNOWN` for a product that the table lacks."""
    return UNKNOWN if department is None else re.sub(r"[^A-Za-z0-9._-]+", "-", department)


def category(department: str) -> Body:
    """A department as an offered category."""
    return {"name": department, "format": FORMAT, "offered_from": OFFERED_FROM, "assumed_margin": ASSUMED_MARGIN}


def purchase(head: Head, lines: Iterable[Line]) -> Body:
    """A basket as a purchase, zeros included."""
    return {
        "id": purchase_id(head),
        "customer_id": customer_id(head.household),
        "store_id": str(head.store),
        "channel": CHANNEL,
        "till": TILL,
        "receipt_number": str(head.basket),
        "occurred_at": instant(head.at),
        "currency": CURRENCY,
        "lines": [_line(line) for line in lines],
    }


def purchase_id(head: Head) -> str:
    """The purchase that a basket is."""
    return f"b-{head.basket}"


def visit(head: Head) -> Body:
    """A basket as a visit, which ends at the till: when the customer came, and left, nobody noted."""
    return {
        "id": f"v-{head.basket}",
        "customer_id": customer_id(head.household),
        "store_id": str(head.store),
        "channel": CHANNEL,
        "started_at": instant(head.at),
        "ended_at": instant(head.at),
        "purpose": "shopping",
        "converted": True,
        "two_way": False,
    }


@cache  # prices repeat
def dollars(cents: int) -> str:
    """An amount as an exact decimal string."""
    return f"{cents // 100}.{cents % 100:02d}"


def instant(at: datetime) -> str:
    """RFC 3339; `at` is in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _line(line: Line) -> Body:
    # The retailer's own discount is the one that its loyalty card gives: a price of the programme's tier.
    tier = {"tier": TIER} if line.retail_discount > 0 else {}
    return {
        "product_id": str(line.product),
        "category": _category_id(line.category),
        "format": FORMAT,
        "quantity": str(line.quantity),
        "list_amount": dollars(line.sales + line.retail_discount + line.coupon_match),
        "paid_amount": dollars(line.sales),
        **tier,
    }


_category_id = cache(category_id)
