"""What import contracts can't see: contracts' imports by white list, clocks read by call, imports that open things."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = sorted((ROOT / "shared/events").rglob("*.py"))
PURE = sorted([*ROOT.glob("services/*/*/domain.py"), *(ROOT / "services/scoring/metrics").glob("*.py")])
CLOCKS = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter"}

IMPORT_ALL = """
import importlib, pathlib, sys
modules = sys.argv[1:] or sorted(
    ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    for root in ("services", "shared") for path in pathlib.Path(root).rglob("*.py") if "migrations" not in path.parts
)

def refuse(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if writes or event in {"socket.connect", "socket.bind", "subprocess.Popen", "os.mkdir"}:
        raise RuntimeError(f"{event} {arguments}")

sys.addaudithook(refuse)
for module in modules:
    importlib.import_module(module)
print(len(modules))
"""
"""Migrations are left out: Alembic alone can import them, in the middle of a migration."""


def imported(source: str) -> Iterator[str]:
    """The modules that `source` imports, wherever in the file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def strangers(source: str) -> set[str]:
    """What an event contract must not import."""
    allowed = {"pydantic", "pydantic_core", *sys.stdlib_module_names}
    return {
        name for name in imported(source) if name.split(".")[0] not in allowed and not name.startswith("shared.events")
    }


def clock_calls(source: str) -> set[str]:
    """The calls by which `source` reads a clock."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {call.attr for call in calls if isinstance(call, ast.Attribute)} & CLOCKS


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_contracts_need_pydantic_and_the_standard_library(path: Path) -> None:
    assert not strangers(path.read_text())


@pytest.mark.parametrize("path", PURE, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_domain_and_metrics_read_no_clock(path: Path) -> None:
    assert not clock_calls(path.read_text())


def test_planted_violations_are_found() -> None:
    assert strangers("import json, orjson\nfrom shared import clock\n") == {"orjson", "shared"}
    assert clock_calls("datetime.now(UTC)\ndate.today()\nrecord.time()") == {"now", "today"}


def test_importing_any_module_opens_nothing() -> None:
    done = import_all()
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


@pytest.mark.parametrize(
    "line", ["import socket; socket.create_connection(('127.0.0.1', 9), 1)", "open('left-behind', 'w')"]
)
def test_an_import_that_opens_something_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "planted.py").write_text(line)
    done = import_all("planted", path=tmp_path)
    assert done.returncode
    assert "RuntimeError" in done.stderr


def import_all(*others: str, path: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """A process that imports every module of services/ and shared/, or `others` from `path` instead."""
    return subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_ALL, *others],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{path}"},
        capture_output=True,
        text=True,
        check=False,
    )
