"""What an employees' pulse may tell: no more than what hides each of them among others.

It is told of whole months alone that have ended: of two periods that differ by one answer, it is the difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean
from zoneinfo import ZoneInfo

QUESTIONS = ("culture", "workload", "support", "tools")
"""Each answered on a scale of 1–7."""
HIDDEN_BELOW = 5
"""Answers that a mean is of, at least."""
MONTH = r"^[12][0-9]{3}-(0[1-9]|1[0-2])$"


@dataclass(frozen=True, slots=True)
class Answered:
    """How one question was answered. `mean`: 1–7; it and `n` are None where `reason` says why they are not told."""

    n: int | None
    mean: float | None
    reason: str | None


def told(answers: Sequence[int], *, ended: bool = True) -> Answered:
    """What may be told of the answers to one question in a month."""
    if not ended:
        return Answered(None, None, "the month has not ended")
    if len(answers) < HIDDEN_BELOW:
        return Answered(None, None, f"fewer than {HIDDEN_BELOW} answers: nobody may be guessed by theirs")
    return Answered(len(answers), round(fmean(answers), 1), None)


def month_of(at: datetime, time_zone: str) -> str:
    """The calendar month (`MONTH`) in which it is there."""
    return f"{at.astimezone(ZoneInfo(time_zone)):%Y-%m}"


def bounds(month: str, time_zone: str) -> tuple[datetime, datetime]:
    """The first moment of a calendar month (`MONTH`) in that zone, and of the month after it; UTC."""
    year, number = (int(part) for part in month.split("-"))
    local = ZoneInfo(time_zone)
    following = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=local)
    return datetime(year, number, 1, tzinfo=local).astimezone(UTC), following.astimezone(UTC)
