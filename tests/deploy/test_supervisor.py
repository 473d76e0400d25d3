"""What dies is started again, and what is stopped is gone."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from deploy.local.layout import Layout
from deploy.local.logs import LONGEST_LOG, put_aside
from deploy.local.processes import Launch
from deploy.local.registry import Identity, Registry, identity_of
from deploy.local.supervisor import Supervisor

TOY = str(Path(__file__).with_name("toy_service.py"))


def _toy(name: str, *arguments: str, port: int | None = None) -> Launch:
    return Launch(name, (sys.executable, TOY, *arguments), port=port)


def _tick_until(supervisor: Supervisor, done: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        supervisor.tick()
        time.sleep(0.02)


def test_restarts_what_dies_and_says_so(layout: Layout) -> None:
    said = list[str]()
    supervisor = Supervisor(layout, [_toy("unlucky", "die"), _toy("steady", "wait")], said.append)
    try:
        _tick_until(supervisor, lambda: len(said) == 3)
        assert [line.split(" (")[0] for line in said] == [
            f"unlucky: ended with 1, again in {pause} s" for pause in ("0.5", "1", "2")
        ]
        assert said[0].endswith("no luck today)")
        assert (layout.logs / "unlucky.log").read_text().count("no luck today") == 3
        assert [launch.name for launch in supervisor.unready()] == ["unlucky"]
    finally:
        supervisor.stop()


def test_a_killed_process_comes_back_ready(layout: Layout) -> None:
    said = list[str]()
    port = layout.port_base + 1
    supervisor = Supervisor(layout, [_toy("web", "serve", str(port), port=port)], said.append)
    try:
        _tick_until(supervisor, lambda: not supervisor.unready())
        identity = Registry(layout.running).get("web")
        assert identity
        psutil.Process(identity.pid).kill()
        _tick_until(supervisor, lambda: len(said) == 1 and not supervisor.unready())
        assert Registry(layout.running).get("web") != identity
    finally:
        supervisor.stop()
    assert list(Registry(layout.running).living()) == []


def test_a_pid_given_again_is_not_the_process() -> None:
    mine = identity_of(os.getpid())
    assert mine.process() == psutil.Process()
    assert Identity(mine.pid, mine.created - 60).process() is None


def test_children_have_a_session_of_their_own(layout: Layout) -> None:
    supervisor = Supervisor(layout, [_toy("steady", "wait")], lambda _line: None)
    try:
        supervisor.tick()
        ((_, process),) = Registry(layout.running).living()
        assert os.getsid(process.pid) == process.pid
    finally:
        supervisor.stop()


def test_a_log_grows_only_so_far(layout: Layout) -> None:
    supervisor = Supervisor(layout, [], lambda _line: None)
    layout.logs.mkdir(parents=True)
    with (layout.logs / "loud.log").open("ab", buffering=0) as log:
        log.truncate(LONGEST_LOG + 1)
        supervisor.tick()
        log.write(b"and on it goes")
    assert (layout.logs / "loud.log").read_bytes() == b"and on it goes"


def test_the_logs_before_are_kept_once(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    for text in ("first", "second"):
        log.write_text(text)
        put_aside(log)
    put_aside(log)  # a start that failed before it wrote a line
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"web.log.1": "second"}
