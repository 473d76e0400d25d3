"""The year of real baskets, read once."""

from datetime import UTC, datetime

import pytest

from deploy.sample.transactions import Head, Transactions, read_transactions


@pytest.fixture(scope="session")
def transactions() -> Transactions:
    """All of it."""
    return read_transactions()


@pytest.fixture
def head() -> Head:
    """The first basket of the file."""
    return Head(0, 31198570044, 900, 330, datetime(2017, 1, 1, 11, 53, 26, tzinfo=UTC))
