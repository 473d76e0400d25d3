"""When a campaign begins and until when it is valid (UTC)."""

from datetime import UTC, date, datetime, time, timedelta


def begins(starts_on: date) -> datetime:
    """The start of its first day."""
    return datetime.combine(starts_on, time(), UTC)


def valid_until(ends_on: date) -> datetime:
    """The start of the day after its last, exclusive."""
    return begins(ends_on) + timedelta(days=1)
