"""A request's command: one transaction, committed before the answer leaves, done once per Idempotency-Key."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson
from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared import clock
from shared.database import gave_way
from shared.erased import Erased
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.preconditions import EntityResponse, etag
from shared.web.problems import IN_FLIGHT, KEY_REQUIRED, KEY_REUSED, Collision, Problem

T = TypeVar("T")
Command = Callable[[Transaction], Awaitable[T]]
Render = Callable[[T], BaseModel]

_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
_NAMED = re.compile(
    rb'"(?:(?:[a-z_]*customer_|owner_|party_|other_|friend_)?id|into|merged_into)":"([A-Za-z0-9._-]{1,64})"'
)
"""The ids in an answer by which an erasure finds it; those in lists are found by the next two."""
_LISTED = re.compile(rb'\["[A-Za-z0-9._-]{1,64}"(?:,"[A-Za-z0-9._-]{1,64}")*\]')
_ID = re.compile(rb'"([A-Za-z0-9._-]{1,64})"')
_CLAIM = text("""
    select pg_try_advisory_xact_lock(hashtextextended(:client || ' ' || :key, 0)) as free,
           stored.fingerprint, stored.status, stored.headers, stored.body
    from (select 1) as one left join idempotency_keys stored
    on stored.client = :client and stored.key = :key and stored.created_at > now() - interval '24 hours'
""")
_STORE = text("""
    insert into idempotency_keys (client, key, fingerprint, status, headers, body, names)
    values (:client, :key, :fingerprint, :status, :headers, :body, :names)
    on conflict (client, key) do update
    set fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers,
        body = excluded.body, names = excluded.names, created_at = excluded.created_at
    where idempotency_keys.created_at <= now() - interval '24 hours'
    returning key
""")


@dataclass(frozen=True, slots=True)
class Existing(Generic[T]):
    """What a creating command found or made; `existed`: it was there before, with the same content."""

    entity: T
    existed: bool

    @staticmethod
    def shown_by(render: "Render[T]") -> "Render[Existing[T]]":
        """`render`, for an entity so wrapped."""
        return lambda found: render(found.entity)


class Work:
    """What an endpoint that changes something is given: `run` does its command and makes the answer."""

    def __init__(
        self, request: Request, principal: Principal, *, key: str | None = None, key_demanded: bool = False
    ) -> None:
        self.sessions: async_sessionmaker[AsyncSession] = request.app.state.sessions
        self.source = f"/crm/{request.app.state.service}"
        self.erased: Erased = request.app.state.erased
        self.principal, self.key, self.key_demanded = principal, key, key_demanded
        self.traceparent = _traceparent(request.headers.get("traceparent", ""))
        self._request = request

    async def run(self, command: Command[T], render: Render[T], *, created: str | None = None) -> Response:
        """Do `command` in one transaction, commit, and answer with what it returned.

        `created`: the path of the new entity with `{id}` in it; the answer is then 201, and 200 without
        it or where the entity was there already (an `existed` attribute that is true). A `version` of the
        rendered view becomes the ETag. Raises a 400 problem where the Idempotency-Key is missing that is demanded.
        """
        if self.key_demanded and self.key is None:
            raise Problem(KEY_REQUIRED, "send an Idempotency-Key, so that a retry counts once")
        try:
            return await self._run(command, render, created)
        except Collision:
            return await self._run(command, render, created)  # what collided with us is there now
        except DBAPIError as error:
            if not gave_way(error):
                raise
            return await self._run(command, render, created)  # the database chose us to give way, and nothing is done

    async def _run(self, command: Command[T], render: Render[T], created: str | None) -> Response:
        fingerprint = await self._fingerprint()
        async with self.sessions.begin() as session:
            if stored := await self._stored(session, fingerprint):
                return stored
            answer = respond(await command(self._transaction(session)), render, created)
            await session.flush()
            await self._store(session, answer, fingerprint)
        return answer

    async def batch(self, command: Command[T]) -> T:
        """Do `command` in one transaction and commit; for imports, whose lines carry their own identity."""
        async with self.sessions.begin() as session:
            return await command(self._transaction(session))

    def _transaction(self, session: AsyncSession) -> Transaction:
        return Transaction(session, self.source, clock.now(), self.principal.subject, self.traceparent, self.erased)

    async def _fingerprint(self) -> bytes:
        url = self._request.url
        target = f"{self._request.method} {url.path}?{url.query}\n"
        return hashlib.sha256(target.encode() + await self._request.body()).digest()

    async def _stored(self, session: AsyncSession, fingerprint: bytes) -> Response | None:
        if self.key is None:
            return None
        row = (await session.execute(_CLAIM, {"client": self.principal.subject, "key": self.key})).one()
        if not row.free:
            raise Problem(IN_FLIGHT, "try again shortly", headers={"Retry-After": "1"})
        if row.status is None:
            return None
        if row.fingerprint != fingerprint:
            raise Problem(KEY_REUSED, "take a new key for a new request")
        return Response(row.body, row.status, orjson.loads(row.headers), "application/json")

    async def _store(self, session: AsyncSession, answer: Response, fingerprint: bytes) -> None:
        if self.key is None:
            return
        headers = {k: v for k, v in answer.headers.items() if k in {"etag", "location"}}
        values = {
            "client": self.principal.subject,
            "key": self.key,
            "fingerprint": fingerprint,
            "status": answer.status_code,
            "headers": orjson.dumps(headers).decode(),
            "body": bytes(answer.body),
            "names": _names(bytes(answer.body)),
        }
        if (await session.execute(_STORE, values)).first() is None:  # somebody stored it since we looked
            raise Problem(IN_FLIGHT, "try again shortly", headers={"Retry-After": "1"})


def _names(body: bytes) -> list[str]:
    """The ids that an answer holds, each once."""
    listed = _ID.findall(b"".join(_LISTED.findall(body)))
    return sorted({name.decode() for name in (*_NAMED.findall(body), *listed)})


def _traceparent(header: str) -> str | None:
    """The caller's W3C trace context, if it is one: what isn't must not spoil an event."""
    return header if _TRACEPARENT.match(header) else None


def respond(result: T, render: Render[T], created: str | None = None) -> Response:
    """The answer that shows `result`: its JSON, ETag and, for something new, its Location."""
    view = render(result)
    headers = {}
    if (version := getattr(view, "version", None)) is not None:
        headers["ETag"] = etag(version)
    fresh = created is not None and not getattr(result, "existed", False)
    if fresh and created is not None:
        headers["Location"] = created.format(id=getattr(view, "id", ""))
    return EntityResponse(view.model_dump_json(), 201 if fresh else 200, headers)
