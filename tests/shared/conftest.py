"""What the tests of the plumbing may ask for."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.infrastructure import Addresses
from tests.shared.taking import Ground, ground


@pytest.fixture
async def here(infrastructure: Addresses) -> AsyncIterator[Ground]:
    """A fresh database, and consumers for it."""
    async with ground(infrastructure.postgres_url, infrastructure.kafka_bootstrap) as made:
        yield made
