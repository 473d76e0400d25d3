"""`supervise` and `run`: the stack in this process; `run` loads a sample and shows what came of it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable

from deploy.local.interruption import Interruption
from deploy.local.issuer import Issuer
from deploy.local.layout import Layout
from deploy.local.registry import MARK
from deploy.local.showcase import show
from deploy.local.stack import Table, keep, stack
from deploy.local.supervisor import Supervisor

Say = Callable[[str], None]
SAMPLE = (sys.executable, "-m", "deploy.sample", "--households", "200", "--last-close")


def supervise(layout: Layout, interruption: Interruption, say: Say, table: Table | None = None) -> None:
    """Until interrupted, which it always ends by (`Interrupted`), unless the start fails."""
    with stack(layout, interruption, say, table) as supervisor:
        say("ready")
        keep(supervisor, interruption)


def run(layout: Layout, interruption: Interruption, say: Say, table: Table | None = None) -> None:
    """As `supervise`, with the sample loaded and a scorecard shown. A failing sample is said, no more."""
    token = Issuer(layout.keys).token()
    with stack(layout, interruption, say, table) as supervisor:
        say("sample: loading 200 households")
        if code := _sample(layout, token, supervisor, interruption):
            say(f"sample: ended with {code}; the stack runs all the same")
        show(layout, token)
        say("ctrl-C ends it")
        keep(supervisor, interruption)


def _sample(layout: Layout, token: str, supervisor: Supervisor, interruption: Interruption) -> int:
    """The loader's exit code; it writes to our terminal."""
    own = {"CRM_PORT_BASE": str(layout.port_base), "CRM_TOKEN": token, MARK: str(layout.data_dir)}
    loader = subprocess.Popen(SAMPLE, env={**os.environ, **own}, start_new_session=True)
    try:
        while loader.poll() is None:
            interruption.check()
            supervisor.tick()
            time.sleep(0.1)
        return loader.returncode
    finally:
        loader.kill()
        loader.wait()
