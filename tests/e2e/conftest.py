"""Everything running: four services, relays, consumer, evaluator, on the real database and broker."""

import uuid
from collections.abc import AsyncIterator

import pytest

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from tests.support.pipeline import Pipeline, pipeline_on


# For this folder alone: its consumer would dead-letter what other tests publish, a second time.
@pytest.fixture(scope="package")
async def crm(infrastructure: Addresses, issuer: Issuer) -> AsyncIterator[Pipeline]:
    """One pipeline for all tests of the folder; each uses customers of its own."""
    async with pipeline_on(infrastructure, issuer) as pipeline:
        yield pipeline


@pytest.fixture
async def empty(infrastructure: Addresses, issuer: Issuer) -> AsyncIterator[Pipeline]:
    """A pipeline of this test's own: a model is of everybody there is."""
    async with pipeline_on(infrastructure, issuer) as pipeline:
        yield pipeline


@pytest.fixture
def who() -> str:
    """A customer nobody else uses."""
    return f"e2e-{uuid.uuid4().hex[:12]}"
