"""What is checked before a request reaches its endpoint: size, pace and media type of the body, request id.

Pure ASGI: a middleware that wraps the response in tasks leaks database connections when it is cancelled.
"""

import asyncio
import re
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from shared.telemetry import request_id
from shared.web.problems import MEDIA, NOT_ACCEPTABLE, TOO_LARGE, TOO_SLOW, Kind, Problem, from_failure, response

MAX_BODY = 1_048_576
BODY_DEADLINE_S = 25.0
STREAMS = "/v1/imports/"
JSON_TYPES = {"application/json", "application/merge-patch+json"}
NDJSON = "application/x-ndjson"
GZIP = "gzip"
"""The encoding that import streams may have."""
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
_ANSWERS = ("*/*", "application/*", "application/json", "application/problem+json", NDJSON, "text/")


@dataclass(slots=True)
class Guards:
    """Wraps an application; import streams pass unbuffered, everything else is read whole, within bounds."""

    app: ASGIApp
    max_body: int = field(default=MAX_BODY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        token = request_id.set(_request_id(headers))
        try:
            await self._guarded(scope, receive, _with_request_id(send), headers)
        finally:
            request_id.reset(token)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        try:
            check_media(scope["method"], scope["path"], headers)
            if not scope["path"].startswith(STREAMS):
                receive = replay(await read_body(receive, self.max_body), receive)
        except Problem as problem:
            await response(problem, scope["path"])(scope, receive, send)
            return
        began = False

        async def tell(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, tell)
        except Exception as error:
            # Here, not in a handler: Starlette answers those outside of us, without the request's id.
            if began:
                raise
            await response(from_failure(error), scope["path"])(scope, receive, send)


def check_media(method: str, path: str, headers: Headers) -> None:
    """Raises 406, 415 for what can't be answered or read."""
    accepted = headers.get("accept", "*/*")
    if not any(kind in accepted for kind in _ANSWERS):
        raise Problem(NOT_ACCEPTABLE, "application/json is what there is")
    _check_encoding(path, encoding(headers))
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    wanted = {NDJSON} if path.startswith(STREAMS) else JSON_TYPES
    if method in {"POST", "PUT", "PATCH"} and has_body and kind not in wanted:
        raise _refused(MEDIA, f"send {' or '.join(sorted(wanted))}")


def encoding(headers: Headers) -> str:
    """How the body is encoded, `identity` where it is not: in small letters, and `gzip` by its old name too."""
    told = headers.get("content-encoding", "identity").strip().lower()
    return GZIP if told == "x-gzip" else told  # RFC 9110, 8.4.1.3


def _check_encoding(path: str, told: str) -> None:
    if path.startswith(STREAMS) and told not in {"identity", GZIP}:
        raise _refused(MEDIA, f"send the body uncompressed or by {GZIP}")
    if not path.startswith(STREAMS) and told != "identity":
        raise _refused(MEDIA, "send the body uncompressed")


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body; raises 413 as soon as it is longer than `limit` bytes, 408 when it dawdles."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_DEADLINE_S):
            while True:
                message = await receive()
                part = message.get("body", b"")
                size += len(part)
                if size > limit:
                    raise _refused(TOO_LARGE, f"at most {limit} bytes are taken")
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise _refused(TOO_SLOW, "send the body faster") from None


def replay(body: bytes, rest: Receive) -> Receive:
    """A `receive` that gives `body` once, and then what the connection tells (that the client left)."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else await rest()

    return receive


def _refused(kind: Kind, detail: str) -> Problem:
    # The rest of the body is not read: the connection can't be used for another request.
    return Problem(kind, detail, headers={"Connection": "close"})


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.match(given) else str(uuid7())


def _with_request_id(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["X-Request-Id"] = request_id.get() or ""
        await send(message)

    return wrapped
