"""Requests about merges; the answer is the customer who was merged, or parted."""

from shared.web.fields import Id, OccurredAt, Request


class Merge(Request):
    """Whose record it turned out to be, and since when we act on it; now where nothing is told."""

    into: Id
    occurred_at: OccurredAt | None = None


class Unmerge(Request):
    """When it turned out not to be theirs; now where nothing is told."""

    occurred_at: OccurredAt | None = None
