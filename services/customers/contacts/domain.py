"""When a customer may be contacted."""

from datetime import datetime


def consented(granted_at: datetime, withdrawn_at: datetime | None, at: datetime) -> bool:
    """Whether a consent covers a contact at that moment: from the grant on, until it was withdrawn."""
    return granted_at <= at and (withdrawn_at is None or at < withdrawn_at)
