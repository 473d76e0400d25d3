"""Who has to do with customers beside us, and what is allowed when one of them leaves."""

from datetime import datetime
from typing import Literal

PartyKind = Literal["vendor", "supplier", "intermediary", "partner", "employee"]


class RefusedError(Exception):
    """A rule refuses it; the text names the rule."""


def check_home(kind: str, home_store_id: str | None) -> None:
    """Raises `RefusedError` for a home store of anybody but an employee."""
    if home_store_id is not None and kind != "employee":
        raise RefusedError(f"only an employee has a home store, this is a {kind}")


def leaving(since: datetime | None, left_at: datetime | None, told: datetime | None, now: datetime) -> datetime:
    """When a party leaves: as `told`, or now. `since`: when they came, None where nobody told.

    Raises `RefusedError` for one who left before, and for a time before they came.
    """
    if left_at is not None:
        raise RefusedError(f"they left at {left_at.isoformat()} already: a party leaves once")
    at = told or (now if since is None else max(now, since))
    if since is not None and at < since:
        raise RefusedError(f"they came at {since.isoformat()}: they can't have left before that")
    return at


def check_heir(leaver: str, heir: str, heir_left_at: datetime | None) -> None:
    """Raises `RefusedError` for somebody who can't take the place of who leaves."""
    if heir == leaver:
        raise RefusedError("nobody takes their own place when they leave")
    if heir_left_at is not None:
        raise RefusedError(f"{heir} left at {heir_left_at.isoformat()}: who left takes nobody's place")
