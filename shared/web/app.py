"""The application factory: every service is wired the same way, and closed by default."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.security import HTTPBearer
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.database import open_engine
from shared.erased import Erased, gone
from shared.schema import database_check
from shared.settings import WebSettings
from shared.web import problems
from shared.web.auth import Authenticator, Principal
from shared.web.guards import Guards
from shared.web.health import operations
from shared.web.openapi import DEMANDED, Documented
from shared.web.problems import TOO_MANY, Problem
from shared.web.work import Work

BEARER = HTTPBearer(auto_error=False, description="an access token (JWT)")
Sent: TypeAlias = str | SkipJsonSchema[None]
"""A header; None where it was not sent."""
KEY: dict[str, Any] = {"min_length": 1, "max_length": 255, "description": "a retry with the same key counts once"}
TAGS: dict[str, Any] = {"max_length": 255, "description": "the ETag that you read: 412 where it no longer holds"}


def create_app(
    service: str,
    settings: WebSettings,
    routers: Sequence[APIRouter],
    *,
    search_path: str = "public",
    dependencies: Sequence[Any] = (),
) -> FastAPI:
    """The REST application of a service. Every route of `routers` is under `/v1` and demands a token.

    `dependencies`: what every route depends on beside it.
    """
    engine = open_engine(
        settings.database_url, pool_size=settings.database_pool, search_path=search_path, application=service
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = Documented(
        title=f"Elevenfold {service}",
        version="1",
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,
        docs_url="/docs" if settings.operations_open else None,
        openapi_url="/openapi.json" if settings.operations_open else None,
    )
    app.state.service, app.state.settings, app.state.engine = service, settings, engine
    app.state.erased = Erased(settings.erasure_key)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.state.authenticator = Authenticator(settings)
    app.state.limiter, app.state.rate = FixedWindowRateLimiter(MemoryStorage()), parse(settings.rate_limit)
    app.state.checks = {"database": database_check(service, engine)}
    for router in routers:
        app.include_router(
            router, prefix="/v1", dependencies=[Depends(principal), *dependencies], responses=problems.DOCUMENTED
        )
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


Caller = Annotated[Principal, Depends(principal)]


async def administrator(request: Request, caller: Caller) -> None:
    """Lets only callers with the service's `admin` scope pass, and none that is bound to stores."""
    caller.demand_scope(f"{request.app.state.service}:admin")
    caller.demand_chain()


async def remembered(request: Request, _: Caller) -> None:
    """Raises the 410 problem on every path of a customer (`{customer_id}`) who demanded to be forgotten."""
    customer = request.path_params.get("customer_id")
    if customer is None:
        return
    async with request.app.state.sessions() as session:
        if await request.app.state.erased.among(session, [customer]):
            raise gone()


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


async def _writing(request: Request, caller: Caller) -> Work:
    return Work(request, caller)


async def _posting(request: Request, caller: Caller, idempotency_key: Annotated[Sent, Header(**KEY)] = None) -> Work:
    return Work(request, caller, key=idempotency_key)


async def _posting_once(
    request: Request,
    caller: Caller,
    idempotency_key: Annotated[Sent, Header(**KEY, json_schema_extra={DEMANDED: True})] = None,
) -> Work:
    return Work(request, caller, key=idempotency_key, key_demanded=True)


async def _if_match(if_match: Annotated[Sent, Header(**TAGS)] = None) -> str | None:
    return if_match


async def _if_match_demanded(
    if_match: Annotated[Sent, Header(**TAGS, json_schema_extra={DEMANDED: True})] = None,
) -> str | None:
    return if_match


async def chain(caller: Caller) -> None:
    """Lets no caller pass that is bound to stores."""
    caller.demand_chain()


Remembered = Depends(remembered)
"""For a service's `dependencies`: nothing is told of who was erased."""
WholeChain = Depends(chain)
"""For a route's `dependencies`: what concerns every store."""
Administrators = Depends(administrator)
"""For a route's `dependencies`: open to administrators only."""
Reading = Annotated[AsyncSession, Depends(_session)]
"""A session to read with; nothing is committed."""
Writing = Annotated[Work, Depends(_writing)]
"""A command whose repetition does nothing by itself: PUT, PATCH, DELETE, and imports."""
Posting = Annotated[Work, Depends(_posting)]
"""A command that is done once per Idempotency-Key."""
PostingOnce = Annotated[Work, Depends(_posting_once)]
"""The same, where a request without the key gets 400."""
IfMatch = Annotated[str | None, Depends(_if_match)]
"""The version that the caller read, where they may go without."""
IfMatchDemanded = Annotated[str | None, Depends(_if_match_demanded)]
"""The same, where the command answers a request without it with 428."""
