"""The walkthroughs of docs/, command by command, each against four services of its own."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from tests.docs.pages import Step, holds, steps
from tests.docs.shell import Shell
from tests.support.pipeline import Pipeline, pipeline_on

DOCS = Path(__file__).parents[2] / "docs"
PAGES = (
    pytest.param("walkthrough.md", id="C01_C13"),
    pytest.param("walkthrough-complaints.md", id="K01_K09"),
    pytest.param("walkthrough-loyalty.md", id="loyalty_" + "_".join(f"L{row:02}" for row in range(1, 11))),
)
"""Each with the rows of the mission that it shows."""


@pytest.fixture
async def pipeline(infrastructure: Addresses, issuer: Issuer) -> AsyncIterator[Pipeline]:
    """Four services that know nobody yet."""
    async with pipeline_on(infrastructure, issuer) as found:
        yield found


async def shows(shell: Shell, step: Step) -> None:
    """The step succeeds, or is refused as the page says; a reading is asked for again until the news is in."""
    answer, deadline = await shell.run(step.command), time.monotonic() + 30
    reading = "-X" not in step.command and "-d" not in step.command

    def right() -> bool:
        fits = answer.status_code == step.status if step.status else answer.status_code < 300
        return fits and (step.shown is None or holds(step.shown, answer.json()))

    while reading and not right() and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
        answer = await shell.run(step.command)
    assert right(), f"{step.command}\n{answer.status_code} {_pretty(answer.text)}\nthe page shows {step.shown}"


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=1)
    except ValueError:
        return text


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES)
async def test_C01_C13_and_on_the_walkthrough_is_true(pipeline: Pipeline, page: str) -> None:
    services: dict[str, Any] = {
        "CUSTOMERS": pipeline.customers,
        "COMPLAINTS": pipeline.complaints,
        "LOYALTY": pipeline.loyalty,
        "SCORING": pipeline.scoring,
    }
    token = pipeline.customers.issuer.token()
    shell = Shell(services, {"AUTH": f"Authorization: Bearer {token}", "JSON": "Content-Type: application/json"})
    told = steps(DOCS / page)
    assert len(told) > 30
    for step in told:
        await shows(shell, step)
