"""`python -m deploy.local run|up|down|token`: see the Makefile."""

import os
import sys
from contextlib import suppress

from deploy.local.background import down, up
from deploy.local.foreground import run, supervise
from deploy.local.interruption import Interrupted, interruptible
from deploy.local.issuer import Issuer
from deploy.local.kafka.broker import BrokerError
from deploy.local.kafka.jars import JarError
from deploy.local.layout import Layout, layout_from
from deploy.local.lock import TakenError
from deploy.local.postgres.cluster import PostgresError
from deploy.local.stack import StackError

FAILURES = (BrokerError, JarError, PostgresError, StackError, TakenError, ValueError)
INTERRUPTED = 130
COMMANDS = ("run", "up", "down", "token", "supervise")


def main(arguments: list[str]) -> int:
    """The exit code: 0 done, 1 failed (said on stderr), 2 no such command, 130 interrupted."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: python -m deploy.local {'|'.join(COMMANDS[:-1])}", file=sys.stderr)
        return 2
    try:
        return _command(arguments[0], layout_from())
    except FAILURES as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    except (Interrupted, KeyboardInterrupt):
        return INTERRUPTED


def _command(name: str, layout: Layout) -> int:
    if name == "token":
        print(Issuer(layout.keys).token(_words("SCOPES"), _words("STORES")))
        return 0
    with interruptible() as interruption:
        match name:
            case "up":
                return up(layout, interruption, _say)
            case "down":
                return down(layout, _say)
            case "run":
                run(layout, interruption, _say)
            case _:
                supervise(layout, interruption, _say)
    return 0


def _words(variable: str) -> list[str]:
    """Separated by blanks or commas."""
    return os.environ.get(variable, "").replace(",", " ").split()


def _say(line: str) -> None:
    # Nobody listens any more (a closed terminal): no reason to break off an orderly stop.
    with suppress(OSError):
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
