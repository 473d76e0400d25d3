"""`up`, `down`, signals and crashes, with toys for services."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy.local.background import down, up
from deploy.local.interruption import Interruption
from deploy.local.layout import Layout
from deploy.local.lock import is_held
from deploy.local.registry import Registry
from tests.deploy.traces import processes_of

TOYS = (sys.executable, str(Path(__file__).with_name("toy_stack.py")))


def _up(layout: Layout, said: list[str]) -> int:
    return up(layout, Interruption(), said.append, TOYS)


def _pids(layout: Layout) -> dict[str, int]:
    return {name: process.pid for name, process in Registry(layout.running).living()}


@pytest.mark.usefixtures("served")
def test_up_twice_and_down_twice(layout: Layout) -> None:
    said = list[str]()
    assert _up(layout, said) == 0, said
    assert any(line.startswith("toy-") and "ready on port" in line for line in said)
    before = _pids(layout)
    assert len(before) == 3

    again = list[str]()
    assert _up(layout, again) == 0
    assert again == [line for line in again if "already running" in line]
    assert _pids(layout) == before

    assert down(layout, said.append) == 0
    assert processes_of(layout) == []
    assert not is_held(layout.data_dir)
    assert list(layout.running.iterdir()) == []
    assert down(layout, again.append) == 0
    assert again[-1] == "nothing runs"


@pytest.mark.usefixtures("served")
def test_a_port_in_use_is_named(layout: Layout) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", layout.port_base + 2))
        other.listen()
        said = list[str]()
        assert _up(layout, said) == 1
    assert f"port {layout.port_base + 2}" in said[-1]
    assert "CRM_PORT_BASE" in said[-1]


@pytest.mark.parametrize(
    ("after", "sign"),
    [
        ("databases and topics", signal.SIGINT),
        ("migrations", signal.SIGINT),
        ("services: starting", signal.SIGINT),
        ("ready", signal.SIGTERM),
        ("ready", signal.SIGHUP),
    ],
)
def test_interrupted_at_any_moment_nothing_stays(
    layout: Layout, served: dict[str, str], after: str, sign: signal.Signals
) -> None:
    _interrupt(layout, served, after, sign)


@pytest.mark.parametrize(
    ("after", "stops"),
    [
        ("PostgreSQL: starting", ["PostgreSQL: stopping"]),
        ("Kafka: starting", ["Kafka: stopping", "PostgreSQL: stopping"]),
    ],
)
def test_interrupted_while_the_servers_start(
    layout: Layout, environment: dict[str, str], after: str, stops: list[str]
) -> None:
    said = _interrupt(layout, environment, after, signal.SIGINT)
    assert [line for line in said if line.endswith("stopping")] == stops
    assert not (layout.data_dir / "postgres" / "postmaster.pid").exists()


def _interrupt(layout: Layout, environment: dict[str, str], after: str, sign: signal.Signals) -> list[str]:
    """Signals the supervisor when it says `after`; answers what it said from then on."""
    supervisor = subprocess.Popen(TOYS, env=environment, stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout
    with supervisor, supervisor.stdout as lines:
        assert any(line.startswith(after) for line in lines)
        supervisor.send_signal(sign)
        said = lines.read()
    assert supervisor.returncode == 130, said
    assert processes_of(layout) == []
    assert list(layout.running.iterdir()) == []
    return said.splitlines()


@pytest.mark.timeout(90)
def test_after_a_crash_the_next_up_clears_and_starts_on_the_same_data(
    layout: Layout, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    said = list[str]()
    assert _up(layout, said) == 0, said
    first = _pids(layout)
    assert {"supervisor", "postgres", "kafka-console"} < set(first)
    psutil.Process(first["supervisor"]).kill()
    psutil.Process(first["postgres"]).kill()  # its recovery is part of the next start
    while is_held(layout.data_dir):
        time.sleep(0.01)
    assert len(processes_of(layout)) >= 3

    said.clear()
    assert _up(layout, said) == 0, said
    assert any(line.startswith("services: ending 2 left over") for line in said)
    assert any(line.startswith("Kafka: ending 1 left over") for line in said)
    assert not set(first.values()) & set(_pids(layout).values())

    assert down(layout, said.append) == 0
    log = (layout.logs / "supervisor.log").read_text().splitlines()
    assert log[-3:] == ["services: stopping", "Kafka: stopping", "PostgreSQL: stopping"]
    assert not (layout.data_dir / "postgres" / "postmaster.pid").exists()


@pytest.mark.usefixtures("served")
def test_a_process_that_only_has_the_pid_of_ours_is_left_alone(layout: Layout) -> None:
    said = list[str]()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        layout.running.mkdir(parents=True)
        forged = json.dumps({"pid": other.pid, "created": 1.0})
        for name in ("supervisor", "customers-web"):
            (layout.running / f"{name}.json").write_text(forged)
        assert down(layout, said.append) == 0
        assert said == ["nothing runs"]
        assert other.poll() is None
        other.terminate()
