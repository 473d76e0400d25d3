"""The life of a solution made for one customer alone: promised, then delivered, once."""

from datetime import UTC, datetime


class RefusedError(Exception):
    """A rule refuses the step; the text names the rule."""


def promise(promised_at: datetime, due_at: datetime | None) -> None:
    """Raises `RefusedError` for a solution that was due before it was promised."""
    if due_at is not None and due_at < promised_at:
        raise RefusedError("it is due before it was promised")


def deliver(promised_at: datetime, delivered_at: datetime | None, told: datetime | None, now: datetime) -> datetime:
    """When the customer has it: as told, or now; raises `RefusedError`. `delivered_at`: when they had it before."""
    if delivered_at is not None:
        raise RefusedError("the solution is with the customer already: it is delivered once")
    if told is None:
        # Another clock may be ahead of ours: what is done now still comes after what it told us.
        return max(now.astimezone(UTC), promised_at)
    if told < promised_at:
        raise RefusedError(f"it was promised at {promised_at.isoformat()}: it can't be delivered before that")
    return told
