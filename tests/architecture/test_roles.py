"""What `main.py` names as text is there: import contracts and type checks can't see it."""

import inspect
from importlib import import_module

import pytest

from deploy.local.processes import PROCESSES, Process
from tests.support.roles import roles


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: f"{process.service}-{process.role}")
def test_every_process_has_a_role(process: Process) -> None:
    assert process.role in roles(process.service)


@pytest.mark.parametrize("service", sorted({process.service for process in PROCESSES}))
def test_every_role_names_a_coroutine_function_that_takes_the_service(service: str) -> None:
    for target in roles(service).values():
        module, _, function = target.partition(":")
        found = getattr(import_module(module), function)
        assert inspect.iscoroutinefunction(found)
        inspect.signature(found).bind(service)
