"""What is news: history that is taken in years later starts no clock and opens no follow-up."""

from datetime import datetime, timedelta

OLD = timedelta(days=2)
"""As scoring tells its events apart from those of a backfill."""


def is_news(at: datetime, recorded: datetime) -> bool:
    """Whether what happened `at` was told soon enough to act upon."""
    return recorded - at <= OLD
