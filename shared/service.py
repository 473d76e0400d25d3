"""How a service's processes are started: `python -m services.<service>.main <role>`.

A process imports what its role needs and no more: a relay has no use for a web framework, and there are
many of them.
"""

import gc
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import NoReturn

import uvloop

from shared.settings import DatabaseSettings, load
from shared.telemetry import start_logging


def main(service: str, roles: Mapping[str, str]) -> NoReturn:
    """Run the role named on the command line.

    `roles`: by name, `module:coroutine function`. `migrate` and `relay` are the same for every service.
    """
    known = {"relay": "shared.relay:serve", "migrate": "shared.migrations:migrate"} | dict(roles)
    role = sys.argv[1] if len(sys.argv) == 2 else ""
    if role not in known:
        sys.exit(f"usage: python -m services.{service}.main {'|'.join(sorted(known))}")
    start_logging(f"{service}-{role}", load(DatabaseSettings).log_level)
    module, _, function = known[role].partition(":")
    run = getattr(import_module(module), function)
    gc.freeze()  # what was imported lives as long as the process: the collector need not visit it
    uvloop.run(run(service))
    sys.exit(0)
