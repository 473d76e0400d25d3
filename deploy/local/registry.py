"""The processes of a stack, on disk, so that whoever comes after a crash can end them.

One file per process in `<data>/running/`. Besides, every child carries the data directory in its
environment: a child whose parent died before it was written down is found by that mark.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

MARK = "CRM_STACK"
"""Environment variable of every child: the stack's data directory."""

CLOCK_SLACK = 2.0
"""Seconds. The kernel's start time is read against the wall clock, which may have been adjusted."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A process for good: a pid is given again, a pid with its start time (seconds, epoch) is not."""

    pid: int
    created: float

    def process(self) -> psutil.Process | None:
        """The process if this very one still lives (a zombie does not)."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < CLOCK_SLACK
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


def identity_of(pid: int) -> Identity:
    """Raises `psutil.NoSuchProcess` if it is gone already."""
    return Identity(pid, psutil.Process(pid).create_time())


@dataclass(frozen=True, slots=True)
class Registry:
    """The files under `folder`; names are unique in a stack."""

    folder: Path

    def add(self, name: str, identity: Identity) -> None:
        """Writes it down, in one step: a reader sees all of it or nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f".{name}.{os.getpid()}"
        draft.write_text(json.dumps({"pid": identity.pid, "created": identity.created}))
        draft.replace(self.folder / f"{name}.json")

    def remove(self, name: str) -> None:
        """Nothing happens if it is not there."""
        (self.folder / f"{name}.json").unlink(missing_ok=True)

    def get(self, name: str) -> Identity | None:
        """What is written under `name`, alive or not; None if nothing or not readable."""
        try:
            return Identity(**json.loads((self.folder / f"{name}.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def living(self) -> Iterator[tuple[str, psutil.Process]]:
        """Name and process of each entry that still runs."""
        for path in sorted(self.folder.glob("*.json")):
            identity = self.get(path.stem)
            if identity and (process := identity.process()):
                yield path.stem, process

    def clear(self) -> None:
        """Forgets everything, drafts included."""
        for path in [*self.folder.glob("*.json"), *self.folder.glob(".*")]:
            path.unlink(missing_ok=True)


def marked(data_dir: Path) -> Iterator[psutil.Process]:
    """Processes of this user that carry the stack's mark."""
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(data_dir):
                yield process
        except (psutil.Error, OSError):
            continue
