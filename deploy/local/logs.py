"""Log files: bounded while they grow, and those of the stack before are kept once."""

import os
from pathlib import Path

LONGEST_LOG = 32 * 2**20


def bound(log: Path) -> None:
    """Everybody appends, so a file cut to nothing goes on from there."""
    if log.stat().st_size > LONGEST_LOG:
        os.truncate(log, 0)


def put_aside(log: Path) -> None:
    """`x.log` becomes `x.log.1`: whoever starts a stack again after a crash wants to know why it crashed.

    Nothing happens without `x.log`, so a start that fails early does not cost the logs of the crash.
    """
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
