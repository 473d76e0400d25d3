"""What may be told of a touchpoint later."""

from datetime import datetime


class RuleError(Exception):
    """A rule of touchpoints forbids this; the text says which."""


def check_conclusion(occurred_at: datetime, outcome: str | None, at: datetime) -> None:
    """Raises `RuleError` unless this touchpoint can be concluded at that moment."""
    if outcome is not None:
        raise RuleError(f"the touchpoint has an outcome already: {outcome}")
    if at < occurred_at:
        raise RuleError("it can't be concluded before it happened")


def check_spoken(occurred_at: datetime, at: datetime) -> None:
    """Raises `RuleError` for a conversation before the touchpoint that it belongs to."""
    if at < occurred_at:
        raise RuleError(f"a conversation is not before its touchpoint, at {occurred_at.isoformat()}")
