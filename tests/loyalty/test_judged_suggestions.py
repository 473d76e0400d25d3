"""L07: what is served to a customer is what the benchmark judges."""

from collections.abc import Sequence
from random import Random

from benchmarks.judge_suggestions import VARIANTS, Household, Split, ranking, suggested
from services.loyalty.suggestions.due import Base
from services.loyalty.suggestions.training import learn
from tests.loyalty.learning import bought, proposals, trained
from tests.support.client import Client


def gathered(baskets: Sequence[tuple[str, float, list[str]]]) -> tuple[dict[int, Household], Base]:
    """What the benchmark would make of these baskets, each of a customer, so many days ago."""
    households, base = dict[int, Household](), Base()
    for who, days, products in baskets:
        household = households.setdefault(int(who[1:]), Household())
        for category, _, product in (each.partition("/") for each in products):
            household.before.add(product)
            base.add(who, product, category)
            household.categories.update({category} if days < 180 else ())
    return households, base


async def test_L07_what_is_judged_is_what_is_served(loyalty: Client) -> None:
    draw, baskets = Random(7), list[tuple[str, float, list[str]]]()  # noqa: S311 -- to be repeated at will
    aisles = {f"C{number}": [f"{number}-{each}" for each in range(8)] for number in range(5)}
    for customer in range(16):
        for days, often in ((300.0, 3), (10.0, 2 + customer % 4)):
            some = draw.sample(sorted(aisles), often)
            bought_then = [f"{name}/{each}" for name in some for each in draw.sample(aisles[name], 4)]
            own = [f"JEWELS/ring-{customer}"] if customer > 8 and days == 10.0 else []
            baskets.append((f"c{customer}", days, bought_then + own))
    for who, days, products in baskets:
        await bought(loyalty, who, *products, days=days)
    await trained(loyalty)
    cut = Split(*gathered(baskets))
    rank = ranking(learn(cut.base.products))
    wholes = 0
    for number, household in cut.households.items():
        judged = list(suggested(cut, household, rank))[VARIANTS.index("served")]
        items = await proposals(loyalty, f"c{number}", "?kind=cross_sell&limit=10")
        assert [item["product_id"] for item in items if item["product_id"]] == judged
        wholes += any(not item["product_id"] for item in await proposals(loyalty, f"c{number}", "?limit=50"))
        assert items == sorted(items, key=lambda item: item["product_id"] is None), "whole categories come last"
    assert wholes
