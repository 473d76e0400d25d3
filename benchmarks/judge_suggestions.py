"""How good suggestions are: learned from a part of the sample's year, held against what was bought in the rest.

`PYTHONPATH=. python benchmarks/judge_suggestions.py`. The model is chosen on September and October, learned from what
was before; what was chosen (the service's own defaults) is judged once, on November and December, learned from January
to October: `--judge` does that alone. Told is the hit rate at 10: the share of customers, of those who bought something
in both spans, who bought one of ten products that are suggested to them. The ten are of

- any: all products;
- new: products that the customer had not bought before;
- served: as the service serves them: new ones, from categories not bought for 180 days and from the others in turn;
- strict: the same, but all of the former before any of the latter.

Popularity, the most bought products for everybody, is held to the same rules. The service's own code learns and ranks.
"""

import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from implicit.nearest_neighbours import bm25_weight, normalize, tfidf_weight  # type: ignore[import-untyped]

from deploy.sample.transactions import Transactions, read_transactions
from services.loyalty.suggestions.domain import NEW_AFTER
from services.loyalty.suggestions.due import Base
from services.loyalty.suggestions.ranking import Neighbour, served, summed
from services.loyalty.suggestions.training import Learned, Weigh, cosine, learn

BEGIN, CHOOSE, JUDGE, END = (datetime(2017 + month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in (0, 8, 10, 12))
TOP = 10
SIZES = (500, 1_000, 2_000, 5_000)
"""So many of the most bought products are learned."""
VARIANTS = ("any", "new", "served", "strict")
TRIED: Sequence[tuple[str, Weigh]] = (
    ("cosine", cosine),
    ("TF-IDF", lambda matrix: normalize(tfidf_weight(matrix.T)).T.tocsr()),
    ("BM25", lambda matrix: bm25_weight(matrix.T, K1=1.2, B=0.75).T.tocsr()),
)


@dataclass(slots=True)
class Household:
    """What one bought before a moment, what of it in the 180 days before, by category, and what afterwards."""

    before: set[str] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Split:
    """The sample, cut at a moment."""

    households: dict[int, Household]
    base: Base

    @property
    def judged(self) -> list[Household]:
        """Those who bought something before and after."""
        return [household for household in self.households.values() if household.before and household.after]


Rank = Callable[[Household], Iterable[str]]


def split(transactions: Transactions, at: datetime, end: datetime) -> Split:
    """Cut at `at`; what is not before `end` is left out."""
    found = Split(defaultdict(Household), Base())
    for head in transactions.heads:
        if head.at >= end:
            continue
        household = found.households[head.household]
        for line in transactions.lines(head):
            if line.quantity <= 0:
                continue
            product, category = str(line.product), line.category or "UNKNOWN"
            if head.at >= at:
                household.after.add(product)
                continue
            household.before.add(product)
            found.base.add(str(head.household), product, category)
            if head.at >= at - NEW_AFTER:
                household.categories.add(category)
    return found


def ranking(learned: Learned) -> Rank:
    """The best for a household by what is bought together."""
    near: dict[str, list[Neighbour]] = defaultdict(list)
    for neighbour in learned.neighbours:
        near[neighbour.item].append(neighbour)

    def rank(household: Household) -> Iterable[str]:
        return [each.item for each in summed(n for item in sorted(household.before) for n in near.get(item, ()))]

    return rank


def popularity(learned: Learned) -> Rank:
    """The same for everybody."""
    order = sorted(learned.buyers, key=lambda item: (-learned.buyers[item], item))
    return lambda _: order


def rates(cut: Split, rank: Rank) -> dict[str, float]:
    """By variant, the hit rate."""
    hits = dict.fromkeys(VARIANTS, 0)
    for household in cut.judged:
        for variant, items in zip(VARIANTS, suggested(cut, household, rank), strict=True):
            hits[variant] += not household.after.isdisjoint(items)
    return {variant: count / len(cut.judged) for variant, count in hits.items()}


def suggested(cut: Split, household: Household, rank: Rank) -> Iterator[list[str]]:
    """The ten of each variant."""
    ranked = list(rank(household))
    new = [item for item in ranked if item not in household.before]
    strange = [item for item in new if cut.base.category_of[item] not in household.categories]
    usual = [item for item in new if cut.base.category_of[item] in household.categories]
    yield ranked[:TOP]
    yield new[:TOP]
    yield list(islice(served(strange, usual), TOP))
    yield [*strange, *usual][:TOP]


def tell(name: str, found: dict[str, float], seconds: float = 0.0) -> None:
    """One line."""
    figures = "  ".join(f"{variant} {100 * found[variant]:5.1f} %" for variant in VARIANTS)
    print(f"  {name:22} {figures}" + (f"  learned in {seconds:.1f} s" if seconds else ""), flush=True)


def choose(transactions: Transactions) -> None:
    """How each of what was tried does on September and October."""
    cut = split(transactions, CHOOSE, JUDGE)
    print(f"chosen on September and October: {len(cut.judged)} customers")
    for most in SIZES:
        for name, weigh in TRIED:
            begun = time.perf_counter()
            learned = learn(cut.base.products, most, weigh)
            seconds = time.perf_counter() - begun
            tell(f"{name} of {len(learned.buyers)}", rates(cut, ranking(learned)), seconds)
    tell("popularity", rates(cut, popularity(learned)))


def judge(transactions: Transactions) -> None:
    """How what was chosen does on November and December."""
    cut = split(transactions, JUDGE, END)
    learned = learn(cut.base.products)
    print(f"judged on November and December: {len(cut.judged)} customers, {len(cut.base.category_of)} products")
    tell(f"as served, of {len(learned.buyers)}", rates(cut, ranking(learned)))
    tell("popularity", rates(cut, popularity(learned)))
    print(
        f"  at the peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, the sample's file included"
    )


def main() -> None:
    """Choose, then judge once."""
    print("reading the sample", flush=True)
    transactions = read_transactions()
    if "--judge" not in sys.argv[1:]:
        choose(transactions)
    judge(transactions)


if __name__ == "__main__":
    main()
