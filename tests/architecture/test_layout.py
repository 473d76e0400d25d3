"""Sizes, addresses and tables that must keep up with each other."""

import re
from pathlib import Path

import pytest

from services.scoring.facts.projection import NO_FACT, PROJECTIONS
from shared.events import REGISTRY

ROOT = Path(__file__).parents[2]
LONGEST = 250
CODE = {".py", ".yaml", ".sh", ".sql", ".env"}
WRITTEN = sorted(
    path
    for folder in ("services", "shared", "deploy")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in CODE or path.name == "Dockerfile"
)
DEPENDENCY_FILES = [ROOT / "pyproject.toml", *sorted((ROOT / "requirements").glob("*.txt")), ROOT / "deploy/Dockerfile"]
ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|io|net)/", re.I)


def too_long(path: Path) -> bool:
    return len(path.read_text().splitlines()) > LONGEST


def addresses(text: str) -> list[str]:
    """Registry hosts and index options; hashes and comments that uv writes hold none."""
    return ADDRESS.findall(text)


def test_no_file_is_long() -> None:
    assert len(WRITTEN) > 100
    assert not [str(path.relative_to(ROOT)) for path in WRITTEN if too_long(path)]


@pytest.mark.parametrize("path", DEPENDENCY_FILES, ids=lambda path: path.name)
def test_dependency_files_name_no_registry(path: Path) -> None:
    assert not addresses(path.read_text())


def test_planted_violations_are_found(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("\n" * (LONGEST + 1))
    assert too_long(tmp_path / "long.py")
    for line in ("--index-url https://pypi.example", "FROM ghcr.io/owner/image", "fastapi @ https://host/x.whl"):
        assert addresses(line)
    assert not addresses("FROM python:3.13-slim\naiokafka==0.14.0 \\\n    --hash=sha256:10ab")


def test_every_registered_event_type_has_a_projection() -> None:
    assert set(PROJECTIONS) | NO_FACT == set(REGISTRY.values())
