"""`up` and `down`: the stack as a process of its own, detached from the terminal."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import psutil

from deploy.local.child import tail
from deploy.local.interruption import Interruption
from deploy.local.layout import Layout
from deploy.local.leftovers import end_leftovers
from deploy.local.lock import TakenError, held, is_held
from deploy.local.logs import put_aside
from deploy.local.processes import PROCESSES
from deploy.local.registry import Registry
from deploy.local.stack import SUPERVISOR, ready_mark
from deploy.local.waiting import await_ready, look_again, supervisor_log

Say = Callable[[str], None]
STOP_SECONDS = 150.0
DETACHED: list["subprocess.Popen[bytes]"] = []
"""Python complains about a `Popen` that is forgotten while its process runs; here that is what is wanted."""

OFFSETS = {f"{process.service}-{process.role}": process.port for process in PROCESSES}
SUPERVISE = (sys.executable, "-m", "deploy.local", "supervise")


def up(
    layout: Layout,
    interruption: Interruption,
    say: Say,
    command: Sequence[str] = SUPERVISE,
    offsets: Mapping[str, int] = OFFSETS,
) -> int:
    """0 when every process is ready; 1, with the log's end, when not. Interrupted, it stops what it began.

    `offsets`: of the ports to ask when a stack runs already; its `ready` mark tells only that it once was.
    """
    if is_held(layout.data_dir):
        ports = {name: layout.port_base + offset for name, offset in offsets.items()}
        return look_again(layout, ports, interruption, say)
    process = _detached(layout, command)
    try:
        if await_ready(layout, lambda: process.pid if process.poll() is None else None, interruption, say):
            say(f"ready; logs in {layout.logs}")
            return 0
    except BaseException:
        say("interrupted: stopping")
        _abandon(layout, process, say)
        raise
    _abandon(layout, process, say)
    say(f"the stack did not start; {supervisor_log(layout)}:\n{tail(supervisor_log(layout), 30)}")
    return 1


def down(layout: Layout, say: Say) -> int:
    """0 when none of the stack's processes runs any more."""
    supervisor = next((process for name, process in Registry(layout.running).living() if name == SUPERVISOR), None)
    if supervisor and is_held(layout.data_dir):
        say(f"stopping (process {supervisor.pid})")
        _end(supervisor)
    if not layout.data_dir.is_dir():
        say("nothing runs")
        return 0
    with held(layout.data_dir):
        ended = end_leftovers(layout, say)
    say(f"stopped; the data stay in {layout.data_dir}" if ended or supervisor else "nothing runs")
    return 0


def _end(supervisor: psutil.Process) -> None:
    """It stops everything in order; killed when it does not get there, for the leftovers are ended anyway."""
    try:
        supervisor.terminate()
        supervisor.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        supervisor.kill()
        supervisor.wait(10)
    except psutil.NoSuchProcess:
        return


def _abandon(layout: Layout, process: "subprocess.Popen[bytes]", say: Say) -> None:
    """Ends the supervisor we started and what it left; not another's that was quicker than ours."""
    with suppress(psutil.NoSuchProcess):
        _end(psutil.Process(process.pid))
    process.wait()
    with suppress(TakenError), held(layout.data_dir):
        end_leftovers(layout, say)


def _detached(layout: Layout, command: Sequence[str]) -> "subprocess.Popen[bytes]":
    layout.logs.mkdir(parents=True, exist_ok=True)
    ready_mark(layout).unlink(missing_ok=True)
    put_aside(supervisor_log(layout))
    with supervisor_log(layout).open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    DETACHED.append(process)
    return process
