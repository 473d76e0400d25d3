"""Keeps processes running: starts them, restarts what dies, knows who is ready, ends them all."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import httpx

from deploy.local import probes
from deploy.local.child import Child, spawn
from deploy.local.infrastructure import Embedded
from deploy.local.kept import Kept
from deploy.local.layout import Layout
from deploy.local.logs import bound
from deploy.local.processes import Launch

GRACE = 20.0
"""Seconds between the request to stop and the kill; services finish their requests in that time."""


class Supervisor:
    """Call `tick` again and again; nothing happens by itself.

    `servers` run already. They are restarted like the services, but whoever started them stops them: later.
    """

    def __init__(
        self, layout: Layout, launches: Sequence[Launch], say: Callable[[str], None], servers: Sequence[Embedded] = ()
    ) -> None:
        self.layout, self.launches, self.say = layout, list(launches), say
        self.services = [Kept(launch.name, partial(_spawn, layout, launch)) for launch in launches]
        self.servers = [Kept(server.title, server.launch, server.child, time.monotonic()) for server in servers]

    def tick(self) -> None:
        """Starts what is due, notices who died, keeps the logs short. Servers first: services need them."""
        for kept in [*self.servers, *self.services]:
            kept.tick(self.say)
        for log in self.layout.logs.glob("*.log"):
            bound(log)

    def unready(self) -> list[Launch]:
        """Those whose /readyz does not answer 200; for a process without a port, those that do not run."""
        with probes.client() as client:
            pairs = zip(self.launches, self.services, strict=True)
            return [launch for launch, kept in pairs if not _ready(client, launch, kept)]

    def stop(self) -> None:
        """Asks all services at once, then waits for each; kills after 20 s."""
        children = [kept.child for kept in self.services if kept.child]
        for child in children:
            child.ask()
        deadline = time.monotonic() + GRACE
        for child in children:
            child.wait_or_kill(max(0.1, deadline - time.monotonic()))
        self.launches.clear()
        self.services.clear()


def _spawn(layout: Layout, launch: Launch) -> Child:
    return spawn(layout, launch.name, launch.command, launch.environment)


def _ready(client: httpx.Client, launch: Launch, kept: Kept) -> bool:
    return kept.alive() and (launch.port is None or probes.ready(client, launch.port))
