"""Every generated file and what it should say: written anew, or compared."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.documents import asyncapi, events, promises
from deploy.documents.openapi import BUILDERS, openapi
from deploy.documents.schemas import record_schema
from shared.events import REGISTRY

ROOT = Path(__file__).parents[2]
OWNED = ("docs/schemas", "docs/openapi")
"""Folders that hold nothing but what is made here."""
PROMISES = "tests/contracts/promises"


def drifted(root: Path = ROOT) -> dict[str, str | None]:
    """By path, what the files that drifted should say; None: it should not be there.

    Raises `BrokenPromiseError` where the classes no longer keep what was promised.
    """
    made = _made(root)
    differing = {path: text for path, text in made.items() if _read(root / path) != text}
    return {**differing, **dict.fromkeys(_left_over(root, made))}


def write(root: Path = ROOT) -> list[str]:
    """Make every file say what it should; those that changed. A broken promise: raises, and nothing is written."""
    changed = drifted(root)
    for path, text in changed.items():
        if text is None:
            (root / path).unlink()
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, "utf-8", newline="\n")
    return sorted(changed)


def _made(root: Path) -> dict[str, str]:
    """By path, what each file should say."""
    now = promises.current()
    promises.demand_kept(root / PROMISES, now)
    return {
        **{f"docs/schemas/{name}.json": _json(record_schema(payload)) for name, payload in REGISTRY.items()},
        **{f"docs/openapi/{service}.json": _json(openapi(service)) for service in BUILDERS},
        **{f"{PROMISES}/{name}.json": promises.text(promise) for name, promise in now.items()},
        "docs/asyncapi.yaml": asyncapi.text(),
        "docs/events.md": events.page(_read(root / "docs/events.md")),
    }


def _left_over(root: Path, made: dict[str, str]) -> Iterator[str]:
    for folder in OWNED:
        paths = (path.relative_to(root).as_posix() for path in (root / folder).glob("*"))
        yield from (path for path in paths if path not in made)


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
