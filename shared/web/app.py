"""The application factory: every service is wired the same way, and closed by default."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.security import HTTPBearer
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.database import open_engine
from shared.schema import database_check
from shared.settings import WebSettings
from shared.web import problems
from shared.web.auth import Authenticator, Principal
from shared.web.guards import Guards
from shared.web.health import operations
from shared.web.problems import TOO_MANY, Problem
from shared.web.work import Work

BEARER = HTTPBearer(auto_error=False, description="an access token (JWT)")


def create_app(
    service: str, settings: WebSettings, routers: Sequence[APIRouter], *, search_path: str = "public"
) -> FastAPI:
    """The REST application of a service. Every route of `routers` is under `/v1` and demands a token."""
    engine = open_engine(
        settings.database_url, pool_size=settings.database_pool, search_path=search_path, application=service
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(
        title=f"Elevenfold {service}",
        version="1",
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,
        docs_url="/docs" if settings.operations_open else None,
        openapi_url="/openapi.json" if settings.operations_open else None,
    )
    app.state.service, app.state.settings, app.state.engine = service, settings, engine
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.state.authenticator = Authenticator(settings)
    app.state.limiter, app.state.rate = FixedWindowRateLimiter(MemoryStorage()), parse(settings.rate_limit)
    app.state.checks = {"database": database_check(service, engine)}
    for router in routers:
        app.include_router(router, prefix="/v1", dependencies=[Depends(principal)], responses=problems.DOCUMENTED)
    if settings.operations_open:
        app.router.routes.extend(operations(app.state.checks))
    problems.install(app)
    app.add_middleware(Guards)
    return app


async def principal(request: Request, _: Annotated[object, Depends(BEARER)]) -> Principal:
    """The caller; demands the scope that the method needs: `read` for GET, `write` for all else."""
    state = request.app.state
    caller: Principal = await state.authenticator.principal(request.headers.get("authorization"))
    if not await state.limiter.hit(state.rate, caller.subject):
        raise Problem(TOO_MANY, "slow down", headers={"Retry-After": "1"})
    verb = "read" if request.method == "GET" else "write"
    caller.demand_scope(f"{state.service}:{verb}")
    return caller


async def administrator(request: Request, caller: Annotated[Principal, Depends(principal)]) -> None:
    """Lets only callers with the service's `admin` scope pass, and none that is bound to stores."""
    caller.demand_scope(f"{request.app.state.service}:admin")
    caller.demand_chain()


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


async def _work(
    request: Request,
    caller: Annotated[Principal, Depends(principal)],
    if_match: Annotated[str | None, Header(max_length=255, description="the ETag that you read")] = None,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=255, description="with POST: a retry counts once")
    ] = None,
) -> Work:
    key = idempotency_key if request.method == "POST" else None
    return Work(request, caller, if_match=if_match, key=key)


Caller = Annotated[Principal, Depends(principal)]
Administrators = Depends(administrator)
"""For a route's `dependencies`: open to administrators only."""
Reading = Annotated[AsyncSession, Depends(_session)]
"""A session to read with; nothing is committed."""
Writing = Annotated[Work, Depends(_work)]
