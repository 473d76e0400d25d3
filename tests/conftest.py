"""What every folder of tests may ask for."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from deploy.local import infrastructure as servers
from deploy.local.issuer import Issuer
from shared import database

# The same examples in every run, which tells then of its change alone; `--hypothesis-profile=default` looks further.
settings.register_profile("steady", derandomize=True)
settings.load_profile("steady")

FLEETING = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}
"""PostgreSQL's settings for a thousand databases of one test each: none of them has to survive the machine."""


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """A machine that does other things beside may take its time; who tests how soon we give up says so."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database, "GIVE_UP_S", 30.0)
        yield


@pytest.fixture(scope="session")
def infrastructure() -> Iterator[servers.Addresses]:
    """Real PostgreSQL and Kafka for the whole run, with the services' databases (empty) and the topics.

    Not in pytest's own folder: its parent is closed to the user whom PostgreSQL runs as under root.
    """
    with (
        tempfile.TemporaryDirectory(prefix="elevenfold-", ignore_cleanup_errors=True) as folder,
        servers.infrastructure(Path(folder), say=_quietly, settings=FLEETING) as addresses,
    ):
        servers.prepare(addresses, say=_quietly)
        yield addresses


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """Signs the tokens that the services under test accept."""
    return Issuer(tmp_path_factory.mktemp("issuer"))


def _quietly(_line: str) -> None:
    pass
