"""Health and metrics: is the process alive, may it be given work, and what does it count."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], Awaitable[str | None]]
"""Says what is not ready, or None."""

CHECK_DEADLINE_S = 3.0


def operations(checks: dict[str, Check]) -> APIRouter:
    """`/livez` (the process alone), `/readyz` (every check), `/metrics` (Prometheus text)."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz(response: Response) -> dict[str, str]:
        found = dict(zip(checks, await asyncio.gather(*map(_judge, checks.values())), strict=True))
        if any(found.values()):
            response.status_code = 503
        return {name: fault or "ok" for name, fault in found.items()}

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


async def _judge(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_DEADLINE_S):
            return await check()
    except Exception as error:  # noqa: BLE001 -- whatever a check raises means: not ready
        return type(error).__name__


def operations_app(checks: dict[str, Check]) -> FastAPI:
    """The application on the operations port."""
    app = FastAPI(title="operations", openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(operations(checks))
    return app
