"""SIMULATED complaints. The data have none: these are drawn by a seeded generator, so that every page shows something.

Each is marked `simulated`, has an id `sim-c-<n>` and says so in its text. They are drawn over the whole year
whatever part of it is loaded, so that loading more later adds complaints and changes none.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from deploy.sample.bodies import CHANNEL, Body, customer_id, instant, purchase_id
from deploy.sample.lives import Diary, live
from deploy.sample.transactions import Head

SEED = 1789
BASKETS_PER_COMPLAINT = 500
YEAR = 2017
LAST = datetime(YEAR, 12, 31, 23, 59, 59, tzinfo=UTC)
SEVERITIES = {"low": 25, "normal": 50, "high": 20, "critical": 5}
CAUSES = {
    "price": ("the till charged more than the shelf said", "price-label"),
    "product": ("a product was spoilt", "cold-chain"),
    "service": ("waited too long at the till", "staffing"),
    "technology": ("the card reader refused the card", "card-reader"),
    "policy": ("a coupon was not taken", "coupon-terms"),
    "market": ("a competitor sells it cheaper", "price-level"),
}


@dataclass(frozen=True, slots=True)
class Simulated:
    """A simulated complaint: how it is opened, and the verbs that follow in order."""

    household: int
    opening: Body
    steps: list[tuple[str, Body]]


def simulate(heads: Sequence[Head], seed: int = SEED) -> list[Simulated]:
    """The same complaints for the same baskets and seed, in order of the baskets."""
    draw = random.Random(seed)  # noqa: S311 -- a simulation must be repeatable
    heads = [head for head in heads if head.at.year == YEAR]
    chosen = sorted(draw.sample(range(len(heads)), len(heads) // BASKETS_PER_COMPLAINT))
    return [_complaint(draw, number, heads[place]) for number, place in enumerate(chosen, 1)]


def _complaint(draw: random.Random, number: int, head: Head) -> Simulated:
    category = draw.choice(list(CAUSES))
    severity = draw.choices(list(SEVERITIES), list(SEVERITIES.values()))[0]
    what, cause = CAUSES[category]
    diary = Diary(draw, severity, cause)
    opened = min(diary.later(head.at, 10, 2880), LAST)
    live(diary, opened)
    opening = {
        "id": f"sim-c-{number}",
        "customer_id": customer_id(head.household),
        "store_id": str(head.store),
        "category": category,
        "severity": severity,
        "occurred_at": instant(opened),
        "purchase_id": purchase_id(head),
        "text": f"Simulated complaint: {what}",
        "channel": CHANNEL,
        "simulated": True,
    }
    return Simulated(head.household, opening, diary.steps)
