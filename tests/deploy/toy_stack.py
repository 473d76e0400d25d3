"""`python toy_stack.py`: the real supervisor and servers with two toy services, as `supervise` runs them."""

import sys
from functools import partial
from pathlib import Path

from deploy.local.foreground import supervise
from deploy.local.infrastructure import Addresses
from deploy.local.interruption import Interrupted, interruptible
from deploy.local.layout import Layout, layout_from
from deploy.local.processes import Launch
from deploy.local.stack import StackError, Table

TOY = str(Path(__file__).with_name("toy_service.py"))


def migrations(_layout: Layout, _addresses: Addresses) -> list[Launch]:
    """One that works."""
    return [Launch("toy-migrate", (sys.executable, "-c", "print('done')"))]


def services(layout: Layout, _addresses: Addresses) -> list[Launch]:
    """Two that are ready at once."""
    ports = (layout.port_base + 1, layout.port_base + 2)
    return [Launch(f"toy-{port}", (sys.executable, TOY, "serve", str(port)), port=port) for port in ports]


def main() -> int:
    """As `deploy.local supervise`."""
    try:
        with interruptible() as interruption:
            supervise(layout_from(), interruption, say, table)
    except Interrupted:
        return 130
    except StackError as error:
        say(str(error))
        return 1
    return 0


say = partial(print, flush=True)
table = Table(migrations, services, ports=(1, 2))

if __name__ == "__main__":
    sys.exit(main())
