"""Serving an application, and the operations port beside it, until the process is told to end."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from shared.settings import OperationsSettings, WebSettings
from shared.web.health import Check, operations_app

GRACE_S = 20


class _Server(uvicorn.Server):
    """A server that leaves the signals to `until_told`: two in one process would steal each other's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(app: Starlette, host: str, port: int) -> _Server:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE_S,
    )
    return _Server(config)


def until_told() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _serve(server: _Server, stop: asyncio.Event) -> None:
    serving = asyncio.ensure_future(server.serve())
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    stop.set()
    await serving


async def serve_web(app: Starlette, settings: WebSettings) -> None:
    """Serve the API; on SIGTERM or SIGINT requests under way are finished."""
    stop = until_told()
    servers = [_server(app, settings.http_host, settings.http_port)]
    if settings.operations_port is not None:
        operations = operations_app(app.state.checks)
        servers.append(_server(operations, settings.operations_host, settings.operations_port))
    await asyncio.gather(*(_serve(server, stop) for server in servers))


async def serve_worker(
    work: Callable[[asyncio.Event], Awaitable[None]],
    settings: OperationsSettings,
    checks: dict[str, Check],
) -> None:
    """Run `work(stop)` with its operations port beside it; what `work` raises ends the process."""
    stop = until_told()
    async with asyncio.TaskGroup() as group:
        if settings.operations_port is not None:
            server = _server(operations_app(checks), settings.operations_host, settings.operations_port)
            group.create_task(_serve(server, stop))
        await work(stop)
        stop.set()
