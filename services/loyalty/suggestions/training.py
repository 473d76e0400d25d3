"""What customers buy together: learned from who bought what, in memory and without the database.

Cosines between items, each the set of those who bought it, by the library `implicit`. How often somebody bought an item
does not count: weighed so, it told less (docs/adr/0027).
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from implicit.nearest_neighbours import ItemItemRecommender, normalize  # type: ignore[import-untyped]
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from services.loyalty.suggestions.ranking import Neighbour

NEIGHBOURS = 20
"""So many of an item are kept, the nearest."""
LEAST_BUYERS = 3
"""What fewer customers bought, or bought together, tells nothing of the others, and something of those few."""
MOST_ITEMS = 1_000
"""Only the most bought are learned: more of them cost memory and rows, and hit no better (docs/adr/0027)."""
AT_ONCE = 1_000
"""Items whose buyers are counted at a time."""
Whole = NDArray[np.int64]
_Row = dict[int, float]
"""Of a sparse matrix, by column."""
Weigh = Callable[[Any], Any]
"""Makes of a matrix of ones one whose columns' products are the similarities."""


class Bought:
    """Who bought what: each customer and item once. 8 bytes a pair, and the ids once."""

    def __init__(self) -> None:
        self._customers: dict[str, int] = {}
        self._items: dict[str, int] = {}
        self._rows, self._columns = array("i"), array("i")

    def add(self, customer: str, item: str) -> None:
        """The customer bought it; told twice, it is one."""
        self._rows.append(self._customers.setdefault(customer, len(self._customers)))
        self._columns.append(self._items.setdefault(item, len(self._items)))

    @property
    def customers(self) -> int:
        """How many customers bought anything."""
        return len(self._customers)

    def matrix(self) -> tuple[list[str], Any]:
        """The items in the order of their ids, and a matrix of ones: a row a customer, a column an item."""
        names = sorted(self._items)
        places = np.empty(len(names), np.int64)
        places[[self._items[name] for name in names]] = np.arange(len(names))
        columns = places[np.frombuffer(self._columns, np.int32)] if names else np.empty(0, np.int64)
        ones = np.ones(len(columns))
        shape = (len(self._customers), len(names))
        matrix = csr_matrix((ones, (np.frombuffer(self._rows, np.int32), columns)), shape=shape)
        matrix.data[:] = 1
        return names, matrix


@dataclass(frozen=True, slots=True)
class Learned:
    """A model. `buyers`: by item that was learned, how many customers bought it; `customers`: of how many."""

    neighbours: list[Neighbour]
    buyers: dict[str, int]
    customers: int


def cosine(matrix: Any) -> Any:
    """Each column of unit length."""
    return normalize(matrix.T).T.tocsr()


def learn(bought: Bought, most: int = MOST_ITEMS, weigh: Weigh = cosine) -> Learned:
    """The nearest neighbours of the `most` bought items, each pair bought by `LEAST_BUYERS` customers at least.

    On one thread: the service's other work goes on beside it, and the same purchases give the same bits.
    """
    names, matrix = bought.matrix()
    buyers = np.asarray(matrix.sum(axis=0), np.int64).ravel()
    kept = _most_bought(buyers, most)
    items = [names[place] for place in kept]
    counted = dict(zip(items, buyers[kept].tolist(), strict=True))
    return Learned(list(_neighbours(items, matrix[:, kept], weigh)), counted, bought.customers)


def _most_bought(buyers: Whole, most: int) -> Whole:
    """Their places in ascending order."""
    order = np.argsort(-buyers, kind="stable")[:most]
    return np.sort(order[buyers[order] >= LEAST_BUYERS])


def _neighbours(items: list[str], matrix: Any, weigh: Weigh) -> Iterator[Neighbour]:
    if not items:
        return
    model = ItemItemRecommender(K=NEIGHBOURS + 1, num_threads=1)  # an item is the nearest to itself
    model.fit(weigh(matrix), show_progress=False)
    near, buyers = model.similarity.tocsr(), matrix.T.tocsr()
    for start in range(0, len(items), AT_ONCE):
        together = (buyers[start : start + AT_ONCE] @ matrix).tocsr()
        yield from _of_some(items, start, near, together)


def _of_some(items: list[str], start: int, near: Any, together: Any) -> Iterator[Neighbour]:
    for row in range(together.shape[0]):
        yield from islice(_of_one(items, start + row, _row(near, start + row), _row(together, row)), NEIGHBOURS)


def _of_one(items: list[str], place: int, near: _Row, together: _Row) -> Iterator[Neighbour]:
    for other, similarity in sorted(near.items(), key=lambda pair: (-pair[1], pair[0])):
        support = int(together.get(other, 0))
        if other != place and support >= LEAST_BUYERS:
            yield Neighbour(items[place], items[other], similarity, support)


def _row(matrix: Any, row: int) -> _Row:
    span = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return dict(zip(matrix.indices[span].tolist(), matrix.data[span].tolist(), strict=True))
