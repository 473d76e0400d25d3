"""One supervisor per data directory."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class TakenError(Exception):
    """Another supervisor holds the data directory."""


@contextmanager
def held(data_dir: Path) -> Iterator[None]:
    """Holds `data_dir` (made if missing) or raises `TakenError`.

    The directory itself is locked: no file is left behind, and the kernel lets go when the holder dies.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(data_dir, os.O_RDONLY)
    try:
        _take(descriptor, data_dir)
        yield
    finally:
        os.close(descriptor)


def is_held(data_dir: Path) -> bool:
    """Whether a supervisor runs there."""
    if not data_dir.is_dir():
        return False
    descriptor = os.open(data_dir, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _take(descriptor: int, data_dir: Path) -> None:
    """Tries for a second: one who only asks (`is_held`) holds it for a moment."""
    for _ in range(10):
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.1)
    raise TakenError(f"another stack runs on {data_dir}")
