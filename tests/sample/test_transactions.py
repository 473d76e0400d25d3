"""The baskets and their lines, against totals counted by other means."""

from collections import Counter
from itertools import islice

import pyarrow as pa
import pytest

from deploy.sample.bodies import category_id, dollars
from deploy.sample.failure import SampleError
from deploy.sample.loading import Wanted
from deploy.sample.transactions import Head, Transactions, cents

SPENT_BY_208 = {
    "COSMETICS": "22.67",
    "DELI": "74.88",
    "DRUG-GM": "204.40",
    "FUEL": "247.81",
    "GROCERY": "1156.60",
    "MEAT": "347.19",
    "MEAT-PCKGD": "110.32",
    "PASTRY": "15.97",
    "PRODUCE": "182.97",
    "UNKNOWN": "0.00",
}


def test_every_basket_and_line_is_there(transactions: Transactions) -> None:
    assert len(transactions.heads) == 155_848
    assert sum(map(transactions.size, transactions.heads)) == 1_469_307
    assert len(transactions.households()) == 2_469


def test_the_baskets_are_in_order_of_time(transactions: Transactions) -> None:
    times = [head.at for head in transactions.heads]
    assert times == sorted(times)


def test_zeros_are_kept(transactions: Transactions) -> None:
    quantities, sales = transactions.columns[2], transactions.columns[3]
    assert int((quantities == 0).sum()) == 8_869
    zero_baskets = [not sales[start:end].any() for start, end in zip(transactions.starts, transactions.starts[1:])]  # noqa: B905 -- neighbours
    assert sum(zero_baskets) == 478


def test_what_household_208_spent_on_each_category(transactions: Transactions) -> None:
    spent: Counter[str] = Counter()
    for head in transactions.heads:
        if head.household == 208 and head.at.year == 2017:
            for line in transactions.lines(head):
                spent[category_id(line.category)] += line.sales
    assert {name: dollars(sum_) for name, sum_ in spent.items()} == SPENT_BY_208


def test_the_first_basket(transactions: Transactions, head: Head) -> None:
    assert transactions.heads[0] == head
    [line] = transactions.lines(head)
    assert (line.product, line.category, line.quantity, line.sales) == (1095275, "PASTRY", 1, 50)


def test_amounts_are_whole_cents_or_refused() -> None:
    assert cents(pa.chunked_array([[0.29, 1.1, 840.0, 0.0]])).tolist() == [29, 110, 84_000, 0]
    with pytest.raises(SampleError, match="whole cents"):
        cents(pa.chunked_array([[0.295]]))


def test_a_part_begins_with_the_household_that_the_documents_show(transactions: Transactions) -> None:
    heads = Wanted(households=3).heads(transactions)
    numbers = transactions.households()
    start = numbers.index(208)
    assert {head.household for head in heads} == set(numbers[start : start + 3])


def test_shuffling_keeps_every_basket_once(transactions: Transactions) -> None:
    shuffled = Wanted(shuffle=1).heads(transactions)
    assert sorted(head.number for head in shuffled) == list(range(len(transactions.heads)))
    assert [head.number for head in islice(shuffled, 100)] != list(range(100))
    assert shuffled == Wanted(shuffle=1).heads(transactions)
