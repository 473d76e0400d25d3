"""docs/operations.md names the metrics and processes that exist, and no others; the ADRs are all listed."""

import re
from pathlib import Path

from deploy.local.processes import PROCESSES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations.md").read_text()
METRIC = re.compile(r"""^[A-Z_]+ = (?:Counter|Gauge|Histogram|Summary)\(\s*"([a-z_]+)\"""", re.MULTILINE)


def metrics() -> set[str]:
    """The names under which the code counts."""
    code = [path.read_text() for root in ("shared", "services") for path in (ROOT / root).rglob("*.py")]
    return {name for text in code for name in METRIC.findall(text)}


def test_the_metrics_are_those_of_the_code() -> None:
    table = PAGE.partition("## Metrics")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| `([a-z_]+)`", table, re.MULTILINE))
    assert told == metrics()
    assert len(told) >= 7


def test_the_processes_and_their_ports_are_those_of_the_stack() -> None:
    told = set(re.findall(r"^\| `([a-z]+) ([a-z]+)` \|[^|]*\| (\d+) \|", PAGE, re.MULTILINE))
    assert told == {(p.service, p.role, str(8000 + p.port)) for p in PROCESSES}


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs/adr"
    listed = re.findall(r"\((\d{4}-[a-z-]+\.md)\)", (folder / "README.md").read_text())
    files = sorted(path.name for path in folder.glob("0*.md"))
    assert listed == files
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    for name in files:
        text = (folder / name).read_text()
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequence"))
        assert "\nStatus: " in text
