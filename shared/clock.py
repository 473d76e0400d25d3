"""The one place that reads the wall clock; everything else is told the time."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current instant, UTC."""
    return datetime.now(UTC)
