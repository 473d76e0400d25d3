"""A stack of toys: its environment, and a look for what it left."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.infrastructure import Addresses
from deploy.local.kafka.configuration import is_free
from deploy.local.layout import Layout, layout_from
from deploy.local.registry import MARK
from tests.deploy.traces import processes_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """For `python -m deploy.local` of a stack of its own: data directory, ports; servers are embedded."""
    # Test runs beside each other look at different places first.
    first = 21_000 + os.getpid() % 80 * 50
    base = next(base for base in range(first, 32_000, 50) if all(is_free(base + n) for n in range(1, 40)))
    with tempfile.TemporaryDirectory(prefix="elevenfold-", ignore_cleanup_errors=True) as folder:
        own = {"CRM_DATA_DIR": f"{folder}/data", "CRM_PORT_BASE": str(base), "PYTHONPATH": str(ROOT)}
        yield {**{key: value for key, value in os.environ.items() if key != MARK}, **own}


@pytest.fixture
def served(environment: dict[str, str], infrastructure: Addresses, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The same, on the servers of this test run; set in this process too."""
    addresses = {"POSTGRES_URL": infrastructure.postgres_url, "KAFKA_BOOTSTRAP": infrastructure.kafka_bootstrap}
    for name, value in {**addresses, **environment}.items():
        monkeypatch.setenv(name, value)
    return {**environment, **addresses}


@pytest.fixture
def layout(environment: dict[str, str]) -> Iterator[Layout]:
    """The stack's layout; at the end none of its processes may run."""
    layout = layout_from(environment)
    yield layout
    assert processes_of(layout) == []
