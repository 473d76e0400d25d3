"""The generated documents are up to date, and the check names those that are not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.documents.__main__ import main
from deploy.documents.events import MARK
from deploy.documents.files import PROMISES, ROOT, drifted
from deploy.documents.openapi import BUILDERS, openapi

VISIT = "crm.visit.started.v1"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of what is generated, up to date."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copytree(ROOT / PROMISES, tmp_path / PROMISES)
    main([], tmp_path)
    return tmp_path


def test_W02_W03_the_documents_are_up_to_date() -> None:
    assert sorted(drifted()) == []


def test_W02_W03_what_drifted_is_named_and_made_anew(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"], copied) == 0
    (copied / "docs/openapi/loyalty.json").write_text("{}", "utf-8")
    (copied / "docs/schemas/crm.never.was.v1.json").write_text("{}", "utf-8")
    (copied / f"{PROMISES}/{VISIT}.json").unlink()
    touched = ["docs/openapi/loyalty.json", "docs/schemas/crm.never.was.v1.json", f"{PROMISES}/{VISIT}.json"]
    assert main(["--check"], copied) == 1
    assert [line.strip() for line in capsys.readouterr().err.splitlines()[1:]] == touched
    assert main([], copied) == main(["--check"], copied) == 0
    assert not (copied / touched[1]).exists()


def test_W02_the_page_keeps_its_hand_written_head(copied: Path) -> None:
    page = copied / "docs/events.md"
    head, _, rest = page.read_text("utf-8").partition(MARK)
    page.write_text(f"{head}One more word.\n{MARK}", "utf-8")
    assert main([], copied) == 0
    assert page.read_text("utf-8") == f"{head}One more word.\n{MARK}{rest}"
    page.write_text(head, "utf-8")
    with pytest.raises(ValueError, match="lacks the line"):
        main([], copied)


@pytest.mark.parametrize("service", BUILDERS)
def test_W03_an_openapi_document_is_of_its_service(service: str) -> None:
    document = openapi(service)
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["title"].endswith(service)
    assert all(path.startswith("/v1/") for path in document["paths"])
    assert not document.get("servers")


def test_W02_W03_nothing_depends_on_the_environment_or_the_order_of_hashes() -> None:
    odd = {"RATE_LIMIT": "1/second", "OPERATIONS_OPEN": "true", "STANDARDS__LOW__RESOLVE": "P9D", "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-m", "deploy.documents", "--check"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **odd, "TZ": "Asia/Kolkata"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
