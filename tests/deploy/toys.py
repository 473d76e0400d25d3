"""The stack of `toy_stack.py`, started and looked at as a person would."""

import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.background import up
from deploy.local.interruption import Interruption
from deploy.local.layout import Layout
from deploy.local.registry import Registry

TOYS = (sys.executable, str(Path(__file__).with_name("toy_stack.py")))
OFFSETS = {"toy-one": 1, "toy-two": 2}


def up_toys(layout: Layout, said: list[str], offsets: Mapping[str, int] = OFFSETS) -> int:
    """`make up`'s exit code; its lines go to `said`."""
    return up(layout, Interruption(), said.append, TOYS, offsets)


def pids(layout: Layout) -> dict[str, int]:
    """Who runs now."""
    return {name: process.pid for name, process in Registry(layout.running).living()}
