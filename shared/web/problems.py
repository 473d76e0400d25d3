"""RFC 9457 problem documents: every error a client can see, as `application/problem+json`."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from shared.database import is_unreachable
from shared.telemetry import request_id

log = logging.getLogger(__name__)
MOST_ERRORS = 100
"""Errors told of one request: an answer must not be longer than what it answers."""
TYPE_URI = "urn:elevenfold:problem:"
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the slug of its `type`, its HTTP status and its title."""

    slug: str
    status: int
    title: str


INVALID = Kind("invalid-request", 422, "The request is not valid")
UNAUTHENTICATED = Kind("unauthenticated", 401, "A valid access token is needed")
FORBIDDEN = Kind("forbidden", 403, "The token does not allow this")
NOT_FOUND = Kind("not-found", 404, "There is no such thing")
GONE = Kind("gone", 410, "It was erased, and does not come back")
CONFLICT = Kind("conflict", 409, "It conflicts with what is there")
WRONG_STATE = Kind("wrong-state", 409, "The state does not allow this step")
IN_FLIGHT = Kind("request-in-flight", 409, "A request with this Idempotency-Key is being worked on")
KEY_REUSED = Kind("idempotency-key-reused", 422, "This Idempotency-Key was used for another request")
KEY_REQUIRED = Kind("idempotency-key-required", 400, "An Idempotency-Key is required here")
RULE_BROKEN = Kind("rule-broken", 409, "A rule of the procedure forbids this step")
BEYOND_AUTHORITY = Kind("beyond-authority", 403, "This is more than the employee may grant")
OWN_REQUEST = Kind("own-request", 403, "Nobody decides on a request of their own")
TRAINING_EXPIRED = Kind("training-expired", 403, "The training that would allow this has expired")
NOT_ENOUGH_POINTS = Kind("not-enough-points", 409, "There are not enough points to spend")
NO_CONSENT = Kind("no-consent", 409, "The customer did not agree to be contacted")
STALE = Kind("stale-version", 412, "It has changed since you read it")
PRECONDITION_REQUIRED = Kind("precondition-required", 428, "Say which version you mean (If-Match)")
TOO_LARGE = Kind("body-too-large", 413, "The body is too large")
MEDIA = Kind("unsupported-media-type", 415, "The body's media type is not taken here")
NOT_ACCEPTABLE = Kind("not-acceptable", 406, "No representation that you accept")
TOO_SLOW = Kind("request-timeout", 408, "The body took too long to arrive")
TOO_MANY = Kind("too-many-requests", 429, "Too many requests")
UNAVAILABLE = Kind("unavailable", 503, "The service can not reach its database")
PEER_UNAVAILABLE = Kind("peer-unavailable", 503, "Another service that is needed did not answer")
INTERNAL = Kind("internal-error", 500, "Something went wrong on our side")

KINDS = {kind.slug: kind for kind in list(vars().values()) if isinstance(kind, Kind)}


_MEMBERS = {name: {"type": "string"} for name in ("type", "title", "detail", "instance", "request_id")}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": _MEMBERS
    | {
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_ANSWER = {
    "description": "A problem document",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_LATER = {"headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    422: _ANSWER,
    429: _ANSWER | _LATER,
    503: _ANSWER | _LATER,
    "4XX": _ANSWER,
    "5XX": _ANSWER,
}
"""How OpenAPI describes every error of every route."""


class Problem(Exception):  # noqa: N818 -- the RFC's own word
    """An error to answer with. `errors`: `{pointer, detail}` per offending part of the request."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.errors, self.headers = kind, detail, errors, headers


class Collision(Problem):
    """Somebody else created the same thing at the same moment: looked at again, it is there."""

    def __init__(self, what: str) -> None:
        super().__init__(CONFLICT, f"{what} is being created by somebody else")


def document(kind: Kind, detail: str, instance: str, errors: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """The problem document's members."""
    members: dict[str, Any] = {
        "type": TYPE_URI + kind.slug,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": instance,
        "request_id": request_id.get(),
    }
    return members | ({"errors": list(errors)} if errors else {})


def response(problem: Problem, instance: str) -> JSONResponse:
    """The HTTP answer of a problem."""
    return JSONResponse(
        document(problem.kind, problem.detail, instance, problem.errors),
        status_code=problem.kind.status,
        headers=dict(problem.headers or {}),
        media_type=MEDIA_TYPE,
    )


def pointers(errors: Sequence[Mapping[str, Any]], drop: int = 1) -> list[dict[str, str]]:
    """Pydantic's errors as JSON pointers into the body; `drop` leading parts of each place (`body`)."""
    return [
        {"pointer": _pointer(e["loc"][drop:]), "detail": e["msg"].removeprefix("Value error, ")[:200]}
        for e in errors[:MOST_ERRORS]
    ]


def _pointer(place: Sequence[object]) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)[:200]


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101 -- registered for this type alone
        return response(error, request.url.path)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return response(_from_validation(error), request.url.path)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        return response(_from_http(error), request.url.path)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)


def _from_validation(error: RequestValidationError) -> Problem:
    errors = pointers(error.errors())
    where = ", ".join(dict.fromkeys(e["pointer"] or "/" for e in errors))
    return Problem(INVALID, f"look at {where}"[:500], errors=errors)


_UNREADABLE = (400, "There was an error parsing the body")
"""How FastAPI tells of a body that its reader of JSON fails at, of too deep a nesting or too long a number."""


def _from_http(error: HTTPException) -> Problem:
    if (error.status_code, error.detail) == _UNREADABLE:
        return Problem(INVALID, "look at /", errors=[{"pointer": "", "detail": "this can not be read as JSON"}])
    known = {404: NOT_FOUND, 415: MEDIA, 401: UNAUTHENTICATED, 403: FORBIDDEN}
    kind = known.get(error.status_code) or Kind("http-error", error.status_code, str(error.detail))
    return Problem(kind, str(error.detail), headers=error.headers)


def from_failure(error: Exception) -> Problem:
    """503 for a database out of reach, 500 for what nobody foresaw; never the error's own text."""
    if is_unreachable(error):
        log.warning("database unreachable: %s", type(error).__name__)
        return Problem(UNAVAILABLE, "try again shortly", headers={"Retry-After": "1"})
    log.error("unforeseen error", exc_info=error)
    return Problem(INTERNAL, "the request id helps us to find the cause")
