"""The import contracts hold, and each of them bites: a planted violation of every one is found."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PLANTED = {
    "services-apart": ("services/customers/profiles/domain.py", "import services.loyalty.base"),
    "shared-below": ("shared/clock.py", "import services.customers.base"),
    "wiring": ("services/customers/visits/queries.py", "import services.customers.web"),
    "subjects": ("services/customers/visits/tables.py", "import services.customers.visits.commands"),
    "scoring": ("services/scoring/facts/projection.py", "import services.scoring.evaluation.evaluator"),
    "pure": ("services/scoring/metrics/rfm.py", "import shared.clock"),
    "contracts-alone": ("shared/events/values.py", "import orjson"),
}
"""By contract: a file, and the line that breaks the contract when it is added to it."""


def contracts(root: Path) -> dict[str, bool]:
    """By id, whether each contract of the tree at `root` is kept."""
    configuration = configparser.ConfigParser()
    configuration.read(root / ".importlinter")
    names = {
        configuration[section]["name"]: section.rpartition(":")[2]
        for section in configuration.sections()
        if ":contract:" in section
    }
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"^(.+) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE)
    assert {name for name, _ in found} == set(names), done.stdout + done.stderr
    return {names[name]: state == "KEPT" for name, state in found}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the contracts speak of."""
    root = tmp_path_factory.mktemp("tree")
    for name in ("services", "shared"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", root)
    return root


def test_every_contract_is_kept(copied: Path) -> None:
    kept = contracts(copied)
    assert all(kept.values()), kept
    assert set(kept) == set(PLANTED)


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_import_breaks_its_contract(copied: Path, contract: str) -> None:
    file, line = PLANTED[contract]
    path = copied / file
    before = path.read_text()
    try:
        path.write_text(before + f"\n{line}\n")
        assert not contracts(copied)[contract]
    finally:
        path.write_text(before)
