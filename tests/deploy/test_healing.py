"""A running stack whose parts die: restarted and said, or named by the next `up`."""

import json
import time
from collections.abc import Callable

import psutil
import pytest

from deploy.local import waiting
from deploy.local.background import down
from deploy.local.infrastructure import Addresses, prepare
from deploy.local.kafka.configuration import HOST
from deploy.local.layout import Layout
from deploy.local.lock import is_held
from deploy.local.postgres.cluster import socket_folder, system_user
from deploy.local.processes import PROCESSES, WEB, services
from tests.deploy.toys import OFFSETS, pids, up_toys
from tests.deploy.traces import processes_of


def _until(done: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _kill(layout: Layout, names: set[str]) -> None:
    """Returns when others run under those names."""
    before = pids(layout)
    for name in names:
        psutil.Process(before[name]).kill()
    _until(lambda: all(pids(layout).get(name, before[name]) != before[name] for name in names))


def _addresses(layout: Layout) -> Addresses:
    """Where the clients look from the start on."""
    socket = socket_folder(layout.data_dir / "postgres", system_user())
    port = json.loads((layout.data_dir / "kafka" / "ports.json").read_text())[0]
    return Addresses(f"postgresql://postgres@/postgres?host={socket}", f"{HOST}:{port}")


def _serves(addresses: Addresses) -> bool:
    try:
        prepare(addresses, lambda _line: None)
    except Exception:  # noqa: BLE001 -- each client has its own words for "not yet"
        return False
    return True


@pytest.mark.timeout(300)
def test_on_embedded_servers(layout: Layout, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One stack for both stories: a start costs ten seconds."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    said = list[str]()
    try:
        assert up_toys(layout, said) == 0, said
        _killed_servers_come_back_at_their_addresses_and_it_is_said(layout)
        assert up_toys(layout, said) == 0, said
        _after_a_crash_the_next_up_clears_and_starts_on_the_same_data(layout)
    finally:
        assert down(layout, said.append) == 0
    log = (layout.logs / "supervisor.log").read_text().splitlines()
    assert log[-3:] == ["services: stopping", "Kafka: stopping", "PostgreSQL: stopping"]
    assert not (layout.data_dir / "postgres" / "postmaster.pid").exists()


def _killed_servers_come_back_at_their_addresses_and_it_is_said(layout: Layout) -> None:
    addresses, before = _addresses(layout), pids(layout)
    _kill(layout, {"kafka-console", "postgres"})
    _until(lambda: _serves(addresses))
    after = pids(layout)
    assert {name for name in before if before[name] != after[name]} == {"kafka-console", "postgres"}
    lines = (layout.logs / "supervisor.log").read_text().splitlines()
    for title in ("Kafka", "PostgreSQL"):
        assert any(line.startswith(f"{title}: ended with -9, again in 0.5 s") for line in lines), lines


def _after_a_crash_the_next_up_clears_and_starts_on_the_same_data(layout: Layout) -> None:
    first = pids(layout)
    psutil.Process(first["supervisor"]).kill()
    psutil.Process(first["postgres"]).kill()  # its recovery is part of the next start
    _until(lambda: not is_held(layout.data_dir))
    assert len(processes_of(layout)) >= 3
    crashed = (layout.logs / "supervisor.log").read_text()

    said = list[str]()
    assert up_toys(layout, said) == 0, said
    assert any(line.startswith("services: ending 2 left over") for line in said)
    assert any(line.startswith("Kafka: ending 1 left over") for line in said)
    assert (layout.logs / "supervisor.log.1").read_text() == crashed
    assert {"postgres.log.1", "kafka.log.1"} < {log.name for log in layout.logs.iterdir()}
    assert not set(first.values()) & set(pids(layout).values())


@pytest.mark.usefixtures("served")
def test_up_names_what_is_red_in_a_running_stack(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "HEAL_SECONDS", 0.5)
    said = list[str]()
    assert up_toys(layout, said) == 0, said
    try:
        assert up_toys(layout, said, OFFSETS | {"silent": 9}) == 1
        assert said[-1].startswith(f"not ready after 0.5 s: silent (port {layout.port_base + 9});")
    finally:
        down(layout, said.append)


def test_everything_listens_on_loopback_alone(layout: Layout) -> None:
    for process, launch in zip(PROCESSES, services(layout, Addresses("postgresql://x@/x", "x:1")), strict=True):
        host = "HTTP_HOST" if process.role == WEB else "OPERATIONS_HOST"
        assert launch.environment[host] == "127.0.0.1", launch.name
