"""The whole stack in this process: servers, migrations, services; ends in the opposite order."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.child import spawn, tail
from deploy.local.infrastructure import Addresses, prepare, watched
from deploy.local.interruption import Interruption
from deploy.local.kafka.configuration import is_free
from deploy.local.layout import Layout
from deploy.local.leftovers import end_leftovers
from deploy.local.lock import held
from deploy.local.logs import put_aside
from deploy.local.processes import PROCESSES, Launch, migrations, services
from deploy.local.registry import Registry, identity_of
from deploy.local.supervisor import Supervisor

Say = Callable[[str], None]
Plan = Callable[[Layout, Addresses], Sequence[Launch]]
READY_SECONDS = 120.0
SUPERVISOR = "supervisor"


class StackError(Exception):
    """The stack did not start; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """What runs: first `migrations`, each to its end, then `services`. `ports`: offsets that must be free."""

    migrations: Plan = migrations
    services: Plan = services
    ports: Sequence[int] = tuple(process.port for process in PROCESSES)


@contextmanager
def stack(layout: Layout, interruption: Interruption, say: Say, table: Table | None = None) -> Iterator[Supervisor]:
    """Yields when everything is ready; afterwards, and after any failure, nothing of it runs.

    Raises `TakenError` if the data directory is in use, `StackError` or the servers' errors if a start fails.
    """
    table = table or Table()
    with held(layout.data_dir), _registered(layout, say):
        _require_ports(layout, table)
        with watched(layout.data_dir, say) as (addresses, servers):
            prepare(addresses, say)
            _migrate(layout, table.migrations(layout, addresses), interruption, say)
            supervisor = Supervisor(layout, table.services(layout, addresses), say, servers)
            try:
                _await_ready(supervisor, interruption, say)
                ready_mark(layout).write_text(str(os.getpid()))
                yield supervisor
            finally:
                say("services: stopping")
                supervisor.stop()


def ready_mark(layout: Layout) -> Path:
    """Holds the supervisor's pid while everything is ready."""
    return layout.running / "ready"


def keep(supervisor: Supervisor, interruption: Interruption) -> None:
    """Until interrupted."""
    while True:
        interruption.check()
        supervisor.tick()
        time.sleep(0.2)


@contextmanager
def _registered(layout: Layout, say: Say) -> Iterator[None]:
    """Ends what a crash left, writes this process down, and leaves a clean house."""
    end_leftovers(layout, say)
    ready_mark(layout).unlink(missing_ok=True)
    for log in layout.logs.glob("*.log"):
        if log.stem != SUPERVISOR:  # who started us has done that, and we write to the new one
            put_aside(log)
    try:
        Registry(layout.running).add(SUPERVISOR, identity_of(os.getpid()))
        yield
    finally:
        Registry(layout.running).remove(SUPERVISOR)
        ready_mark(layout).unlink(missing_ok=True)
        end_leftovers(layout, say)


def _require_ports(layout: Layout, table: Table) -> None:
    taken = [port for offset in table.ports if not is_free(port := layout.port_base + offset)]
    if taken:
        raise StackError(
            f"in use by another program or stack: port {', '.join(map(str, taken))}. "
            "Stop that, or choose others by CRM_PORT_BASE (and CRM_DATA_DIR for a second stack)"
        )


def _migrate(layout: Layout, launches: Sequence[Launch], interruption: Interruption, say: Say) -> None:
    """All at once; `StackError` with the log of the first that fails."""
    say(f"migrations: {', '.join(launch.name for launch in launches)}")
    children = [spawn(layout, launch.name, launch.command, launch.environment) for launch in launches]
    try:
        while any(child.alive() for child in children):
            interruption.check()
            time.sleep(0.05)
        for child in children:
            if child.process.returncode:
                raise StackError(f"{child.name} ended with {child.process.returncode}; {child.log}:\n{child.tail()}")
    finally:
        for child in children:
            child.stop()


def _await_ready(supervisor: Supervisor, interruption: Interruption, say: Say) -> None:
    """A line for each process that becomes ready; `StackError` with the logs of those that do not."""
    say(f"services: starting {len(supervisor.launches)} processes")
    deadline, waiting = time.monotonic() + READY_SECONDS, supervisor.launches
    while waiting:
        interruption.check()
        supervisor.tick()
        unready = supervisor.unready()
        for launch in (launch for launch in waiting if launch not in unready):
            say(f"{launch.name}: ready" + (f" on port {launch.port}" if launch.port else ""))
        waiting = unready
        if waiting and time.monotonic() > deadline:
            raise StackError(_late(supervisor, waiting))
        time.sleep(0.1)


def _late(supervisor: Supervisor, waiting: Sequence[Launch]) -> str:
    logs = [supervisor.layout.logs / f"{launch.name}.log" for launch in waiting]
    tails = "\n".join(f"{log}:\n{tail(log)}" for log in logs)
    return f"not ready after {READY_SECONDS:g} s: {', '.join(launch.name for launch in waiting)}\n{tails}"
