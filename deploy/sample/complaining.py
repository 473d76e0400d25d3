"""The simulated complaints through the REST verbs; a case that is under way already goes on where it stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from deploy.sample.crew import each
from deploy.sample.progress import Progress
from deploy.sample.remote import Remote
from deploy.sample.simulation import Simulated
from deploy.sample.verdicts import Verdicts

AT_ONCE = 4
PATHS = {"remedy": "remedies"}
"""Verbs whose path is another word."""
CREATED, STALE = 201, 412


async def complain(remote: Remote, progress: Progress, simulated: Sequence[Simulated]) -> Verdicts:
    """Every complaint with all its steps."""
    verdicts = Verdicts()
    with progress.step("complaints", len(simulated)) as step:

        async def one(complaint: Simulated) -> None:
            verdicts.count(fresh=await _live(remote, complaint))
            step.advance()

        await each(simulated, one, AT_ONCE)
    return verdicts


async def _live(remote: Remote, complaint: Simulated) -> bool:
    """Opens it and takes the steps that are not taken yet; whether it is new."""
    answer = await remote.send("complaints", "POST", "/v1/complaints", complaint.opening)
    fresh = answer.status_code == CREATED
    path = f"/v1/complaints/{complaint.opening['id']}"
    while (number := next_step(answer.json(), complaint)) is not None:
        verb, body = complaint.steps[number]
        address = f"{path}/{PATHS.get(verb, verb)}"
        match = answer.headers["ETag"]
        answer = await remote.send("complaints", "POST", address, body, match=match, also=[STALE])
        if answer.status_code == STALE:
            # A retry of a request whose answer was lost, or another loader: look again.
            answer = await remote.send("complaints", "GET", path)
    return fresh


def next_step(case: Mapping[str, Any], complaint: Simulated) -> int | None:
    """Which step comes next; None where all are taken, or where somebody else did something to the case."""
    _opening, *taken = [step["verb"] for step in case["history"]]
    planned = [verb for verb, _ in complaint.steps]
    return len(taken) if len(taken) < len(planned) and taken == planned[: len(taken)] else None
