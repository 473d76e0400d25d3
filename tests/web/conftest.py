"""The plumbing is tried on the customers service, as a client sees it."""

from tests.customers.conftest import customers

__all__ = ["customers"]
