"""The rules of merging: a record turns out to be another customer's, and perhaps not to be after all.

A record is merged into a customer who stands for themselves, so merges never go round in a circle. Who was merged may
not be merged again before they are parted; whom others were merged into may: those come along.
"""

from dataclasses import dataclass
from datetime import datetime


class RefusedError(Exception):
    """A rule does not allow it; the text says which."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose a record is: another's, since `merged_at`; or its own, since `unmerged_at` if ever merged."""

    id: str
    merged_into: str | None = None
    merged_at: datetime | None = None
    unmerged_at: datetime | None = None


def check_merge(record: Standing, into: Standing, root: str, at: datetime) -> None:
    """Raises `RefusedError` where `record` may not be merged into `into`, who stands for `root` today."""
    if record.id == into.id:
        raise RefusedError("a customer can not be merged into themselves")
    if record.merged_into is not None:
        raise RefusedError(f"{record.id} was merged into {record.merged_into} already: part them first")
    if root == record.id:
        raise RefusedError(f"{into.id} was merged into {record.id}: they would go round in a circle")
    if root != into.id:
        raise RefusedError(f"{into.id} was merged into {root}: merge into {root}")
    for each in (record, into):  # before that they stood for somebody else, perhaps for each other
        if each.unmerged_at is not None and at < each.unmerged_at:
            raise RefusedError(f"{each.id} was parted from somebody after that, at {each.unmerged_at.isoformat()}")


def check_unmerge(record: Standing, at: datetime) -> None:
    """Raises `RefusedError` where `record` can not be parted from whom they were merged into."""
    if record.merged_into is None or record.merged_at is None:
        raise RefusedError(f"{record.id} is merged into nobody")
    if at < record.merged_at:
        raise RefusedError(f"{record.id} was merged after that, at {record.merged_at.isoformat()}")
