"""Waiting until the scores have caught up with what was sent."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from deploy.sample.failure import SampleError
from deploy.sample.progress import Progress, Step
from deploy.sample.remote import Remote

SENDERS = ("customers", "complaints", "loyalty")
POLL_S = 0.2
STALLED_S = 300.0
UNSEEN = "scoring has not looked at the topics for a while"


class Watch:
    """Raises `SampleError` when what is waited for has not moved for long."""

    def __init__(self, step: Step) -> None:
        self.step, self._last, self._since = step, "", time.monotonic()

    async def waits(self, told: str) -> None:
        """Until it is time to look again."""
        if told != self._last:
            self._last, self._since = told, time.monotonic()
        if time.monotonic() - self._since > STALLED_S:
            raise SampleError(f"{self.step.name}: nothing has moved for {STALLED_S:.0f} s ({told}); see the logs")
        self.step.tell(told)
        await asyncio.sleep(POLL_S)


async def facts_in(remote: Remote, progress: Progress) -> None:
    """Until everything sent so far is on the topics, and taken in by scoring."""
    with progress.step("facts in") as step:
        watch = Watch(step)
        for service in SENDERS:
            while pending := (await remote.get(service, "/v1/status"))["outbox_pending"]:
                await watch.waits(f"{service}: {pending:,} to publish")
        published = datetime.now(UTC)
        while not _seen(status := await remote.get("scoring", "/v1/status"), published):
            lag = status["lag_events"]
            await watch.waits(UNSEEN if lag is None else f"{lag:,} to take in")


async def scored(remote: Remote, progress: Progress, name: str = "scored", *, reviewed: bool = False) -> None:
    """Until no customer waits for an evaluation; `reviewed`: nor any card for its review."""
    with progress.step(name) as step:
        watch = Watch(step)
        while waiting := _waiting(await remote.get("scoring", "/v1/status"), reviewed=reviewed):
            await watch.waits(waiting)


def _seen(status: dict[str, Any], published: datetime) -> bool:
    """Whether scoring looked at the topics' ends after that moment, and had everything."""
    observed = status["observed_at"]
    return observed is not None and datetime.fromisoformat(observed) > published and status["lag_events"] == 0


def _waiting(status: dict[str, Any], *, reviewed: bool) -> str:
    if status["lag_events"] is None:
        return UNSEEN
    names = ("lag_events", "marks", "due") if reviewed else ("lag_events", "marks")
    return ", ".join(f"{status[name]:,} {name.removesuffix('_events')}" for name in names if status[name])
