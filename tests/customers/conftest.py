"""A client of the customers service."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from services.customers.web import build
from tests.support.client import Client, client_of


@pytest.fixture
async def customers(infrastructure: Addresses, issuer: Issuer) -> AsyncIterator[Client]:
    """The customers service on a fresh database."""
    async with client_of("customers", build, infrastructure.postgres_url, issuer) as client:
        yield client
