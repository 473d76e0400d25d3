"""Health and metrics: is the process alive, may it be given work, and what does it count."""

import asyncio
from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

Check = Callable[[], Awaitable[str | None]]
"""Says what is not ready, or None."""

CHECK_DEADLINE_S = 3.0


def operations(checks: dict[str, Check]) -> list[BaseRoute]:
    """`/livez` (the process alone), `/readyz` (every check), `/metrics` (Prometheus text)."""

    async def livez(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> Response:
        found = dict(zip(checks, await asyncio.gather(*map(_judge, checks.values())), strict=True))
        told = {name: fault or "ok" for name, fault in found.items()}
        return JSONResponse(told, status_code=503 if any(found.values()) else 200)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]


async def _judge(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_DEADLINE_S):
            return await check()
    except Exception as error:  # noqa: BLE001 -- whatever a check raises means: not ready
        return type(error).__name__


def operations_app(checks: dict[str, Check]) -> Starlette:
    """The application on the operations port; light, since every worker has one."""
    return Starlette(routes=operations(checks))
