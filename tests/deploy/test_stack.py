"""`up`, `down`, signals and crashes, with toys for services."""

import json
import signal
import socket
import subprocess
import sys

import pytest

from deploy.local.background import down
from deploy.local.layout import Layout
from deploy.local.lock import is_held
from tests.deploy.toys import TOYS, pids, up_toys
from tests.deploy.traces import processes_of


@pytest.mark.usefixtures("served")
def test_up_twice_and_down_twice(layout: Layout) -> None:
    said = list[str]()
    assert up_toys(layout, said) == 0, said
    assert any(line.startswith("toy-") and "ready on port" in line for line in said)
    before = pids(layout)
    assert len(before) == 3

    again = list[str]()
    assert up_toys(layout, again) == 0
    assert again == [line for line in again if "already running" in line]
    assert pids(layout) == before

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
        assert up_toys(layout, said) == 1
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
