"""SIMULATED surveys. The data have none: these are drawn by a seeded generator, so that every page shows something.

One follows about every hundredth basket, a day or some later, whatever part of the year is loaded. Stores differ in how
well they deliver, and customers answer by what they got in theirs; the words in between are nobody's.
"""

import random
from collections.abc import Sequence
from datetime import timedelta

from deploy.sample.bodies import Body, customer_id, instant, purchase_id
from deploy.sample.simulation import LAST, SEED, YEAR
from deploy.sample.transactions import Head

BASKETS_PER_SURVEY = 100
FACTORS = ("product", "sales", "post_purchase", "culture")
EXPECTED = (4, 7)
SPREAD = 0.8
"""How far stores, and answers of one store, lie apart: points of the scale of 1–7."""
DAYS = (1, 7)


def simulate_surveys(heads: Sequence[Head], seed: int = SEED) -> list[tuple[int, Body]]:
    """By household, the same surveys for the same baskets and seed, in order of the baskets."""
    draw = random.Random(f"surveys:{seed}")  # noqa: S311 -- a simulation must be repeatable
    heads = [head for head in heads if head.at.year == YEAR]
    chosen = sorted(draw.sample(range(len(heads)), len(heads) // BASKETS_PER_SURVEY))
    return [
        (heads[place].household, _survey(draw, number, heads[place], seed)) for number, place in enumerate(chosen, 1)
    ]


def _survey(draw: random.Random, number: int, head: Head, seed: int) -> Body:
    gap = draw.gauss(_leaning(head.store, seed), SPREAD)
    expected = {factor: draw.randint(*EXPECTED) for factor in FACTORS}
    return {
        "id": f"sim-s-{number}",
        "customer_id": customer_id(head.household),
        "store_id": str(head.store),
        "occurred_at": instant(min(head.at + timedelta(days=draw.randint(*DAYS)), LAST)),
        "about": {"kind": "purchase", "id": purchase_id(head)},
        "factors": [
            {"factor": factor, "expectation": wanted, "delivery": _within(wanted + draw.gauss(gap, SPREAD), 1, 7)}
            for factor, wanted in expected.items()
        ],
        "nps": _within(8 + 2 * gap, 0, 10),
        "csat": _within(4 + gap, 1, 5),
        "effort": _within(3 - gap, 1, 7),
        "prefers_us": gap > -SPREAD,
        "simulated": True,
    }


def _leaning(store: int, seed: int) -> float:
    """How much better than expected a store delivers, the same in every survey of it."""
    return random.Random(f"{seed}:{store}").gauss(0, SPREAD)  # noqa: S311


def _within(answer: float, least: int, most: int) -> int:
    return max(least, min(most, round(answer)))
