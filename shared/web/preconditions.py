"""Entity versions as ETags, and the `If-Match` that protects a change from being made on stale knowledge."""

from shared.web.problems import PRECONDITION_REQUIRED, STALE, Problem


def etag(version: int) -> str:
    """The strong entity tag of a version."""
    return f'"{version}"'


def demand_match(if_match: str | None, version: int) -> None:
    """Raises 428 where `If-Match` is missing, 412 where it names another version."""
    if if_match is None:
        raise Problem(PRECONDITION_REQUIRED, "send the ETag that you read as If-Match")
    named = {tag.strip() for tag in if_match.split(",")}
    if "*" not in named and etag(version) not in named:
        raise Problem(STALE, f"the version is {etag(version)} now")
