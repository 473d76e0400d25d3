"""The processes of the stack, as data, and what each is told."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import AUDIENCE, ISSUER, Issuer
from deploy.local.layout import Layout
from deploy.local.postgres import with_database
from deploy.local.postgres.databases import SERVICES

WEB = "web"


@dataclass(frozen=True, slots=True)
class Process:
    """`python -m services.<service>.main <role>`; `port` is its offset from the stack's base."""

    service: str
    role: str
    port: int


PROCESSES = (
    Process("customers", WEB, 1),
    Process("complaints", WEB, 2),
    Process("loyalty", WEB, 3),
    Process("scoring", WEB, 4),
    Process("customers", "relay", 11),
    Process("complaints", "relay", 12),
    Process("loyalty", "relay", 13),
    Process("scoring", "relay", 14),
    Process("customers", "worker", 21),
    Process("complaints", "worker", 22),
    Process("loyalty", "worker", 23),
    Process("scoring", "consumer", 24),
    Process("scoring", "evaluator", 34),
)


@dataclass(frozen=True, slots=True)
class Launch:
    """A process ready to be started. `port`: where it serves /readyz; None: it is not asked."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None


def migrations(layout: Layout, addresses: Addresses) -> list[Launch]:
    """One per service; they end by themselves."""
    return [_launch(layout, addresses, Process(service, "migrate", 0)) for service in SERVICES]


def services(layout: Layout, addresses: Addresses) -> list[Launch]:
    """Everything of `PROCESSES`."""
    return [_of(layout, addresses, process) for process in PROCESSES]


def _of(layout: Layout, addresses: Addresses, process: Process) -> Launch:
    port = layout.port_base + process.port
    # A web process serves its health beside its routes; the others have that port for nothing else.
    own = (
        {"HTTP_HOST": "127.0.0.1", "HTTP_PORT": str(port), "OPERATIONS_OPEN": "true"}
        if process.role == WEB
        else {"OPERATIONS_HOST": "127.0.0.1", "OPERATIONS_PORT": str(port)}
    )
    return _launch(layout, addresses, process, own, port)


def _peers(layout: Layout) -> dict[str, str]:
    """Where an export finds the other services."""
    webs = {process.service: layout.port_base + process.port for process in PROCESSES if process.role == WEB}
    return {f"{service.upper()}_URL": f"http://127.0.0.1:{port}" for service, port in webs.items()}


def _launch(
    layout: Layout,
    addresses: Addresses,
    process: Process,
    own: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Launch:
    environment = {
        "DATABASE_URL": with_database(addresses.postgres_url, process.service),
        "KAFKA_BOOTSTRAP": addresses.kafka_bootstrap,
        "AUTH_ISSUER": ISSUER,
        "AUTH_AUDIENCE": AUDIENCE,
        "AUTH_JWKS_URL": Issuer(layout.keys).jwks.as_uri(),
        "ERASURE_KEY": layout.erasure_key(),
        "PYTHONUNBUFFERED": "1",
        **_peers(layout),
        **(own or {}),
    }
    command = (sys.executable, "-m", f"services.{process.service}.main", process.role)
    return Launch(f"{process.service}-{process.role}", command, environment, port)
