"""The records that an earlier version wrote, one of each type. They are never made anew."""

import json
from pathlib import Path
from typing import Any

Record = dict[str, Any]
GOLDENS: dict[str, Record] = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "goldens").glob("*.json"))
}


def raw(record: Record) -> bytes:
    """A record's value."""
    return json.dumps(record).encode()


def paths(value: object, path: str = "") -> set[str]:
    """Where a record says something, as `deploy.documents.fields` writes it; a table's keys as `*`, too."""
    if isinstance(value, dict):
        inner = {where for name, part in value.items() for key in (name, "*") for where in paths(part, f"{path}.{key}")}
    elif isinstance(value, list):
        inner = {where for part in value for where in paths(part, f"{path}[]")}
    else:
        inner = set()
    return inner | {path.lstrip(".")}
