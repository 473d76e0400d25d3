"""When a doubt is settled: once, and never before it was raised."""

from datetime import UTC, datetime


class WrongStateError(Exception):
    """A rule refuses the step; the text names the rule."""


def resolve(raised_at: datetime, resolved_at: datetime | None, told: datetime | None, now: datetime) -> datetime:
    """When a doubt is resolved: as `told`, or now. `resolved_at`: when it was before. Raises `WrongStateError`."""
    if resolved_at is not None:
        raise WrongStateError("the doubt is resolved already: a new doubt on it is raised anew")
    if told is None:
        # Another clock may be ahead of ours: what is settled now was still raised before.
        return max(now.astimezone(UTC), raised_at)
    if told < raised_at:
        raise WrongStateError(f"a doubt is not resolved before it is raised, at {raised_at.isoformat()}")
    return told
