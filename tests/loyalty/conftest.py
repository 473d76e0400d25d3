"""A client of the loyalty service."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from services.loyalty.web import build
from tests.support.client import Client, client_of


@pytest.fixture
async def loyalty(infrastructure: Addresses, issuer: Issuer) -> AsyncIterator[Client]:
    """The loyalty service on a fresh database."""
    async with client_of("loyalty", build, infrastructure.postgres_url, issuer) as client:
        yield client
