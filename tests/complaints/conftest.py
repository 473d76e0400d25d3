"""A client of the complaints service."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from services.complaints.settings import ComplaintsSettings
from services.complaints.web import build
from tests.support.client import Client, client_of


@pytest.fixture
async def complaints(infrastructure: Addresses, issuer: Issuer) -> AsyncIterator[Client]:
    """The complaints service on a fresh database."""
    async with client_of("complaints", build, infrastructure.postgres_url, issuer, ComplaintsSettings) as client:
        yield client
