"""Waiting that something may cut short."""

import asyncio
from contextlib import suppress


async def pause(cut_short: asyncio.Event, seconds: float) -> None:
    """Wait so many seconds, or until the event is set if that is sooner."""
    with suppress(TimeoutError):
        await asyncio.wait_for(cut_short.wait(), seconds)
