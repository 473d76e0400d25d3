"""A client of one service's application, in process, on a real database."""

import json
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
import httpx
from fastapi import FastAPI

from deploy.local.issuer import AUDIENCE, ISSUER, Issuer
from services.complaints.settings import ComplaintsSettings
from services.customers.settings import CustomersSettings
from shared.events import Event, decode
from shared.settings import WebSettings
from tests.support.databases import fresh_database, give_back

ERASURE_KEY = "a key for tests, known to everybody"
S = TypeVar("S", bound=WebSettings)
SETTINGS: dict[str, type[WebSettings]] = {"complaints": ComplaintsSettings, "customers": CustomersSettings}
"""The services that are told more than every web process."""


class Client:
    """Speaks REST to one service; `bearer` is a token with every scope unless another is given."""

    def __init__(self, http: httpx.AsyncClient, issuer: Issuer, database_url: str, app: FastAPI | None = None) -> None:
        self.http, self.issuer, self.database_url, self.app = http, issuer, database_url, app

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        match: str | None = None,
        key: str | bool | None = True,
        bearer: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """One request. `key`: True sends a fresh Idempotency-Key with POST, a string that one, None none."""
        sent = {"Authorization": f"Bearer {bearer or self.issuer.token()}", **(headers or {})}
        if method == "POST" and key:
            sent["Idempotency-Key"] = str(uuid.uuid4()) if key is True else str(key)
        if match is not None:
            sent["If-Match"] = match
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        if content is not None:
            sent.setdefault("Content-Type", "application/json")
        return await self.http.request(method, path, content=content, headers=sent)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """GET."""
        return await self.call("GET", path, **options)

    async def post(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        """POST."""
        return await self.call("POST", path, {} if body is None else body, **options)

    async def put(self, path: str, body: object, **options: Any) -> httpx.Response:
        """PUT."""
        return await self.call("PUT", path, body, **options)

    async def stream(self, path: str, lines: Sequence[object | bytes], **options: Any) -> list[dict[str, Any]]:
        """POST an NDJSON import; the verdicts, the closing line last."""
        raw = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
        headers = {"Content-Type": "application/x-ndjson"}
        answer = await self.call("POST", path, raw, headers=headers, key=None, **options)
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]

    async def outbox(self) -> list[Event]:
        """The events recorded and not published yet, in order."""
        connection = await asyncpg.connect(self.database_url)
        try:
            rows = await connection.fetch("select payload from outbox order by seq")
        finally:
            await connection.close()
        return [decode(row["payload"].encode()) for row in rows]


def web_settings(kind: type[S], issuer: Issuer, database_url: str, **more: Any) -> S:
    """Settings of a web process on this database."""
    if issubclass(kind, CustomersSettings):
        more = dict.fromkeys(("complaints_url", "loyalty_url", "scoring_url"), "http://nowhere.invalid") | more
    given: dict[str, Any] = {"erasure_key": ERASURE_KEY}
    return kind(
        database_url=database_url,
        auth_issuer=ISSUER,
        auth_audience=AUDIENCE,
        auth_jwks_url=issuer.jwks.as_uri(),
        operations_open=True,
        **given | more,
    )


@asynccontextmanager
async def client_of(
    service: str,
    build: Callable[[Any], FastAPI],
    postgres_url: str,
    issuer: Issuer,
    settings: type[WebSettings] | None = None,
    **more: Any,
) -> AsyncIterator[Client]:
    """A client of a service's application on a fresh database."""
    url = await fresh_database(postgres_url, service)
    app = build(web_settings(settings or SETTINGS.get(service, WebSettings), issuer, url, **more))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{service}") as http:
            yield Client(http, issuer, url, app)
    finally:
        await app.state.engine.dispose()  # also after a test that failed, or the next one is told of its connections
        await give_back(postgres_url, service, url)
