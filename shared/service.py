"""How a service's processes are started: `python -m services.<service>.main <role>`."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn

import uvloop

from shared.migrations import upgrade
from shared.relay import Relay
from shared.settings import DatabaseSettings, WorkerSettings, load
from shared.telemetry import start_logging
from shared.web.server import serve_worker

Role = Callable[[], Awaitable[None]]


def main(service: str, roles: Mapping[str, Role]) -> NoReturn:
    """Run the role named on the command line; `migrate` and `relay` are the same for every service."""
    known: dict[str, Role] = {**roles}
    known.setdefault("relay", lambda: relay(service))
    role = sys.argv[1] if len(sys.argv) == 2 else ""
    if role not in known and role != "migrate":
        sys.exit(f"usage: python -m services.{service}.main {'|'.join(sorted([*known, 'migrate']))}")
    settings = load(DatabaseSettings)
    start_logging(f"{service}-{role}", settings.log_level)
    if role == "migrate":
        upgrade(service, settings.database_url)
    else:
        uvloop.run(_awaited(known[role]))
    sys.exit(0)


async def _awaited(role: Role) -> None:
    await role()


async def relay(service: str) -> None:
    """Publish the service's outbox until told to end."""
    settings = load(WorkerSettings)
    worker = Relay(settings.database_url, settings.kafka_bootstrap, f"{service}-relay")
    await serve_worker(worker.run, settings, {"relay": worker.check})
