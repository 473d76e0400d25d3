"""The broker's server.properties."""

import json
import socket
from pathlib import Path

HOST = "127.0.0.1"

SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "CLIENTS",
    "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
    # Topics are declared in shared.events; a misspelt one must fail here as it would in production.
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    # The default takes 128 MiB of the small heap for compacting topics of a few thousand keys.
    "log.cleaner.dedupe.buffer.size": "16777216",
    "log.retention.ms": "-1",
}


def write_properties(path: Path, log_dir: Path, ports: tuple[int, int]) -> None:
    """`ports`: the clients' and the controller's."""
    clients, controller = (f"{HOST}:{port}" for port in ports)
    placed = {
        "log.dirs": str(log_dir),
        "listeners": f"CLIENTS://{clients},CONTROLLER://{controller}",
        "advertised.listeners": f"CLIENTS://{clients}",
        "controller.quorum.voters": f"1@{controller}",
    }
    path.write_text("".join(f"{key}={value}\n" for key, value in (SETTINGS | placed).items()))


def ports(path: Path) -> tuple[int, int]:
    """The two ports of last time (file `path`), so that a restart keeps the address; else two others."""
    try:
        clients, controller = json.loads(path.read_text())
        known = (int(clients), int(controller)) if is_free(clients) and is_free(controller) else free_ports()
    except (OSError, ValueError, TypeError):
        known = free_ports()
    path.write_text(json.dumps(known))
    return known


def is_free(port: int) -> bool:
    """Whether one could listen on the port now (a closed connection's remains do not count)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_ports() -> tuple[int, int]:
    """Two ports nobody listens on at this moment."""
    with socket.socket() as first, socket.socket() as second:
        first.bind((HOST, 0))
        second.bind((HOST, 0))
        return first.getsockname()[1], second.getsockname()[1]
