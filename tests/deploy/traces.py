"""What a stack left behind."""

import os

import psutil

from deploy.local.layout import Layout


def processes_of(layout: Layout) -> list[psutil.Process]:
    """Whatever names the data directory: marked, working in it, or told of it."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _of(process, layout)]


def _of(process: psutil.Process, layout: Layout) -> bool:
    data = str(layout.data_dir)
    try:
        told = [*process.cmdline(), *process.environ().values(), process.cwd()]
    except psutil.Error:
        return False
    return process.status() != psutil.STATUS_ZOMBIE and any(word.startswith(data) for word in told)
