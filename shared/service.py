"""How a service's processes are started: `python -m services.<service>.main <role>`.

A process imports what its role needs and no more: a relay has no use for a web framework, and there are
many of them.
"""

import gc
import inspect
import sys
from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import NoReturn

import uvloop

from shared.settings import DatabaseSettings, load
from shared.telemetry import start_logging

ROLES = {
    "relay": "shared.relay:serve",
    "migrate": "shared.migrations:migrate",
    "dead-letters": "shared.repair:show",
    "replay": "shared.repair:replay",
}
"""What every service has, as `module:coroutine function`."""


def main(service: str, roles: Mapping[str, str]) -> NoReturn:
    """Run the role named on the command line, with its arguments where it takes any.

    `roles`: by name, `module:coroutine function`. They come on top of `ROLES`.
    The function is given the service and the arguments; what it returns is what `sys.exit` is given.
    """
    known = ROLES | dict(roles)
    role, *arguments = sys.argv[1:] or [""]
    if role not in known:
        sys.exit(f"usage: python -m services.{service}.main {'|'.join(sorted(known))}")
    module, _, function = known[role].partition(":")
    run = getattr(import_module(module), function)
    if not _takes(run, service, *arguments):
        sys.exit(f"usage: python -m services.{service}.main {role}{_optional(run)}")
    start_logging(f"{service}-{role}", load(DatabaseSettings).log_level)
    gc.freeze()  # what was imported lives as long as the process: the collector need not visit it
    sys.exit(uvloop.run(run(service, *arguments)))


def _takes(run: Callable[..., Awaitable[object]], *arguments: str) -> bool:
    try:
        inspect.signature(run).bind(*arguments)
    except TypeError:
        return False
    return True


def _optional(run: Callable[..., Awaitable[object]]) -> str:
    return "".join(f" [{name.upper()}]" for name in list(inspect.signature(run).parameters)[1:])
