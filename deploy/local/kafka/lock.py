"""Resolves jgo.toml anew and writes the lock file: `python -m deploy.local.kafka.lock`."""

import tempfile
from pathlib import Path

from deploy.local.kafka.jars import LOCK, write_lock
from deploy.local.kafka.maven import resolve


def main() -> None:
    """Replaces the lock file; what it says is to be read before it is committed."""
    with tempfile.TemporaryDirectory() as folder:
        jars = resolve(Path(folder))
    write_lock(jars)
    print(f"{LOCK.name}: {len(jars)} jars")


if __name__ == "__main__":
    main()
