"""The transactions of 2017 in memory: columns of integers, so that 1.5 million lines take some 100 MB."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from deploy.sample.failure import SampleError
from deploy.sample.files import table

Integers = npt.NDArray[np.int64]
HEAD = ("basket_id", "household_id", "store_id", "transaction_timestamp")
LINE = ("product_id", "quantity")
MONEY = ("sales_value", "retail_disc", "coupon_match_disc")
NANOSECONDS = 1_000_000_000
WHOLE = 1e-6
"""How far a stored amount, times hundred, may be from a whole number of cents (it is 1e-11 at most)."""


@dataclass(frozen=True, slots=True)
class Head:
    """One basket without its lines; `number` is its place in the file, which is in order of time."""

    number: int
    basket: int
    household: int
    store: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a basket, money in cents. `category` is None where the product table lacks the product."""

    product: int
    category: str | None
    quantity: int
    sales: int
    retail_discount: int
    coupon_match: int


@dataclass(frozen=True, slots=True)
class Transactions:
    """`heads` in order of time; `starts[n]` is the first line of basket n, `starts[n + 1]` the end."""

    heads: list[Head]
    starts: list[int]
    columns: list[Integers]
    departments: list[str | None]

    def lines(self, head: Head) -> Iterator[Line]:
        """The lines of a basket, as they stand in the file."""
        start, end = self.starts[head.number], self.starts[head.number + 1]
        product, department, *rest = (column[start:end].tolist() for column in self.columns)
        names = [self.departments[number] for number in department]
        return (Line(*values) for values in zip(product, names, *rest, strict=True))

    def size(self, head: Head) -> int:
        """How many lines a basket has."""
        return self.starts[head.number + 1] - self.starts[head.number]

    def households(self) -> list[int]:
        """The households that appear, by number."""
        return sorted({head.household for head in self.heads})


def read_transactions() -> Transactions:
    """All of them; raises `SampleError` where the file is not what it is known to be."""
    read = table("transactions", [*HEAD, *LINE, *MONEY])
    starts = _starts(_integers(read["basket_id"]))
    products, quantities = (_integers(read[name]) for name in LINE)
    departments, places = _departments(products)
    columns = [products, places, quantities, *(cents(read[name]) for name in MONEY)]
    return Transactions(_heads(read, starts), [*starts.tolist(), len(read)], columns, departments)


def cents(column: "pa.ChunkedArray") -> Integers:
    """Amounts, stored as doubles, as the whole cents that each stands for."""
    scaled = np.asarray(np.from_dlpack(column.combine_chunks()), np.float64) * 100.0
    rounded = np.rint(scaled)
    if len(scaled) and np.abs(scaled - rounded).max() > WHOLE:
        raise SampleError("the sample has an amount that is not in whole cents")
    return np.asarray(rounded, np.int64)


def _integers(column: "pa.ChunkedArray") -> Integers:
    # Not by `to_numpy`, which loads pandas. Refuses nulls, of which there are none.
    return np.asarray(np.from_dlpack(column.combine_chunks()), np.int64)


def _starts(baskets: Integers) -> Integers:
    starts = np.flatnonzero(np.diff(baskets, prepend=-1))
    if len(np.unique(baskets)) != len(starts):
        raise SampleError("the sample's baskets are not in one piece each")
    return starts


def _heads(read: "pa.Table", starts: Integers) -> list[Head]:
    # Nanoseconds would come out as pandas' timestamps: the integers of the same column do without it.
    columns: list[Any] = [_integers(read[name].cast(pa.int64()))[starts].tolist() for name in HEAD]
    return [
        Head(number, basket, household, store, datetime.fromtimestamp(at // NANOSECONDS, UTC))
        for number, (basket, household, store, at) in enumerate(zip(*columns, strict=True))
    ]


def _departments(products: Integers) -> tuple[list[str | None], Integers]:
    """The departments, None last, and for each line the place of its own among them."""
    known = table("products", ["product_id", "department"]).sort_by("product_id")
    encoded = known["department"].combine_chunks().dictionary_encode()
    ids, places = _integers(known["product_id"]), np.asarray(np.from_dlpack(encoded.indices), np.int64)
    found = np.searchsorted(ids, products).clip(max=len(ids) - 1)
    names: list[str | None] = [*encoded.dictionary.to_pylist(), None]
    return names, np.where(ids[found] == products, places[found], len(names) - 1)
