"""Entity versions as ETags; `If-Match` and `If-None-Match`, which compare them with what a client has read."""

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.web.problems import PRECONDITION_REQUIRED, STALE, Problem


def etag(version: int) -> str:
    """The strong entity tag of a version."""
    return f'"{version}"'


def check_match(if_match: str | None, version: int | None) -> None:
    """Raises 412 where `If-Match` was sent and names another version; None: there is none yet, so none can match."""
    if if_match is None:
        return
    if version is None:
        raise Problem(STALE, "there is no version of it")
    named = _tags(if_match)
    if "*" not in named and etag(version) not in named:
        raise Problem(STALE, f"the version is {etag(version)} now")


def demand_match(if_match: str | None, version: int) -> None:
    """Raises 428 where `If-Match` is missing, 412 where it names another version."""
    if if_match is None:
        raise Problem(PRECONDITION_REQUIRED, "send the ETag that you read as If-Match")
    check_match(if_match, version)


class EntityResponse(Response):
    """An entity as JSON; who reads it again with `If-None-Match` and has this version already gets 304 and no body."""

    media_type = "application/json"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, in full or not."""
        if scope["method"] == "GET" and self._known(Headers(scope=scope).get("if-none-match", "")):
            kept = {name: value for name, value in self.headers.items() if not name.startswith("content-")}
            await Response(status_code=304, headers=kept)(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def _known(self, if_none_match: str) -> bool:
        named = {tag.removeprefix("W/") for tag in _tags(if_none_match)}
        return "*" in named or self.headers.get("etag") in named


def _tags(header: str) -> set[str]:
    return {tag.strip() for tag in header.split(",")}
