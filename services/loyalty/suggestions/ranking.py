"""Which items fit what somebody bought: pure, and the same for the service and for its judgement."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest
from typing import NamedTuple, TypeVar

T = TypeVar("T")
REASONS = 3
"""So many of the items that speak most for another are named."""


class Neighbour(NamedTuple):
    """Two items that customers buy together. `similarity`: the cosine of who bought them, 0 to 1.

    `support`: how many customers bought both.
    """

    item: str
    other: str
    similarity: float
    support: int


class Scored(NamedTuple):
    """An item that fits. `score`: the similarities to what was bought, summed; `because`: of what, the nearest first.

    `support`: how many customers bought it together with the first of `because`.
    """

    item: str
    score: float
    because: tuple[str, ...]
    support: int


def summed(neighbours: Iterable[Neighbour]) -> list[Scored]:
    """The others of these neighbours, whose items somebody bought, the best first.

    Deshpande, Karypis: Item-based top-N recommendation algorithms (2004), section 4.2.
    """
    speaking: dict[str, list[Neighbour]] = defaultdict(list)
    for neighbour in neighbours:
        speaking[neighbour.other].append(neighbour)
    return sorted(map(_scored, speaking.values()), key=lambda found: (-found.score, found.item))


def _scored(speaking: list[Neighbour]) -> Scored:
    speaking.sort(key=lambda neighbour: (-neighbour.similarity, neighbour.item))
    because = tuple(neighbour.item for neighbour in speaking[:REASONS])
    score = sum(neighbour.similarity for neighbour in speaking)
    return Scored(speaking[0].other, score, because, speaking[0].support)


def served(new: Sequence[T], usual: Sequence[T], above: Sequence[T] = (), whole: Sequence[T] = ()) -> Iterator[T]:
    """What is proposed, in this order.

    Products of categories that are new to a customer, of the others and of the next level (`above`) take turns; `whole`
    categories fill the places that products leave, since nobody can buy a category.
    """
    return chain(in_turn(new, usual, above), whole)


def in_turn(*lists: Sequence[T]) -> Iterator[T]:
    """The first of each, then the second of each: none of the lists hides another."""
    for row in zip_longest(*([(found,) for found in each] for each in lists)):
        yield from (found for place in row if place is not None for found in place)
