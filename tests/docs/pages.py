"""A page's commands, each with the answer that the page shows."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BLOCK = re.compile(r"^```(sh|json)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(slots=True)
class Step:
    """A command, and what the page shows of its answer: members that must be there, or the status of a refusal."""

    command: str
    shown: Any = None
    status: int | None = None


def steps(page: Path) -> list[Step]:
    """Every `curl` of the page in its order; a block of JSON belongs to the command before it.

    A block that is marked (`sh setup`) is for people alone. A status is told behind the command: `# 409`.
    """
    found: list[Step] = []
    for kind, mark, text in _BLOCK.findall(page.read_text()):
        if kind == "json":
            found[-1].shown = json.loads(text)
        elif not mark:
            found += [_step(command) for command in _commands(text)]
    return found


def _commands(text: str) -> list[str]:
    """Commands stand apart by an empty line, or begin a line of their own."""
    return [each.strip() for each in re.split(r"\n(?=curl |[A-Z_]+=\$\()", text) if each.strip()]


def _step(command: str) -> Step:
    line, _, status = command.replace("\\\n", " ").partition("  # ")
    return Step(line.strip(), status=int(status.split()[0]) if status else None)


def holds(shown: Any, answer: Any) -> bool:
    """Whether the answer has all that the page shows: members of objects, items of lists in their order; `…`: any."""
    if isinstance(shown, dict):
        return isinstance(answer, dict) and all(name in answer and holds(v, answer[name]) for name, v in shown.items())
    if isinstance(shown, list):
        same = isinstance(answer, list) and len(answer) == len(shown)
        return same and all(map(holds, shown, answer))
    return answer is not None if shown == "…" else bool(shown == answer)
