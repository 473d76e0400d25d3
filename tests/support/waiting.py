"""Running workers beside a test, and waiting for what they bring about."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any


async def eventually(look: Callable[[], Awaitable[Any]], seconds: float = 60.0) -> Any:
    """What `look` returns once it is true; fails the test after `seconds`."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):
            await asyncio.sleep(0.02)
    return found


@asynccontextmanager
async def running(*workers: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[None]:
    """Run workers beside the test."""
    stop = asyncio.Event()
    tasks = [asyncio.ensure_future(worker(stop)) for worker in workers]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)
