"""The closes: one as of the first of each month of the year that the data tell, in order; and what is learned then."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from deploy.sample.failure import SampleError
from deploy.sample.progress import Progress
from deploy.sample.remote import Remote

MONTHS = (*(f"2017-{month:02d}-01T00:00:00Z" for month in range(2, 13)), "2018-01-01T00:00:00Z")
QUARTER = ("2017-10-01T00:00:00Z", MONTHS[-1])
"""The last quarter's beginning and end."""
POLL_S = 0.1
PATIENCE_S = 900.0


async def close_months(remote: Remote, progress: Progress, months: Sequence[str] = MONTHS) -> list[float]:
    """Asks for each (closing again changes nothing) when the one before is done; the seconds that each took."""
    seconds = []
    with progress.step("closes", len(months)) as step:
        for month in months:
            begun = time.monotonic()
            await _close(remote, month)
            seconds.append(time.monotonic() - begun)
            step.advance()
    return seconds


async def _close(remote: Remote, as_of: str) -> None:
    close: dict[str, Any] = (await remote.send("scoring", "POST", "/v1/close", {"as_of": as_of})).json()
    deadline = time.monotonic() + PATIENCE_S
    while close["state"] not in {"done", "failed"}:
        if time.monotonic() > deadline:
            raise SampleError(f"the close as of {as_of} is still {close['state']} after {PATIENCE_S:.0f} s")
        await asyncio.sleep(POLL_S)
        close = await remote.get("scoring", f"/v1/closes/{close['id']}")
    if close["state"] == "failed":
        raise SampleError(f"the close as of {as_of} failed: {close['error']}")


async def learn_suggestions(remote: Remote, progress: Progress, as_of: str, purchases: int) -> None:
    """Asks for a model of what customers buy together, and waits until it is trained.

    Asking again changes nothing, unless more `purchases` were loaded: they make another id.
    """
    asked = {"id": f"as-of-{as_of[:10]}-of-{purchases}", "as_of": as_of}
    with progress.step("suggestions", 1) as step:
        model: dict[str, Any] = (await remote.send("loyalty", "POST", "/v1/suggestion-models", asked)).json()
        deadline = time.monotonic() + PATIENCE_S
        while model["state"] not in {"ready", "failed"}:
            if time.monotonic() > deadline:
                raise SampleError(f"the suggestions are still {model['state']} after {PATIENCE_S:.0f} s")
            await asyncio.sleep(POLL_S)
            model = await remote.get("loyalty", f"/v1/suggestion-models/{model['id']}")
        if model["state"] == "failed":
            raise SampleError(f"the suggestions failed: {model['error']}")
        step.advance()
