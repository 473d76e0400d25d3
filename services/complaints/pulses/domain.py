"""What an employees' pulse may tell: no more than what hides each of them among others."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

QUESTIONS = ("culture", "workload", "support", "tools")
"""Each answered on a scale of 1–7."""
HIDDEN_BELOW = 5
"""Answers that a mean is of, at least."""


@dataclass(frozen=True, slots=True)
class Answered:
    """How one question was answered. `mean`: 1–7, None where `reason` says why it is not told."""

    n: int
    mean: float | None
    reason: str | None


def told(answers: Sequence[int]) -> Answered:
    """What may be told of the answers to one question."""
    n = len(answers)
    if n < HIDDEN_BELOW:
        return Answered(n, None, f"fewer than {HIDDEN_BELOW} answers: nobody may be guessed by theirs")
    return Answered(n, round(fmean(answers), 3), None)
