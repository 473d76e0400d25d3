"""What one measurement says: a score, the thing measured, and what it rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain
from typing import Any

from services.scoring.facts.fact import Fact
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.reference import rfc3339
from services.scoring.metrics.rules import Rules

EVIDENCE = 5
"""How many facts a metric shows."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One C of one customer.

    `score`: 0–100, None where nothing is known; `value` in `unit`: the thing measured, money as Decimal;
    `inputs`: what it was computed from, ready for JSON; `n`: the size of the evidence; `confidence`:
    n/(n+k); `evidence`: the latest facts first; `percentile`: of the score among all customers.
    """

    score: float | None
    value: float | Decimal | None
    unit: str
    inputs: dict[str, Any]
    n: int
    confidence: float
    evidence: tuple[Fact, ...]
    reason: str
    percentile: float | None = None

    def capped(self, confidence: float) -> "Metric":
        """The same, with at most this confidence."""
        return replace(self, confidence=min(self.confidence, confidence))

    def to_json(self) -> dict[str, Any]:
        """The shape of a C in a scorecard; money as a decimal string."""
        return {
            "score": self.score,
            "value": amount(self.value) if isinstance(self.value, Decimal) else self.value,
            "unit": self.unit,
            "inputs": self.inputs,
            "n": self.n,
            "confidence": self.confidence,
            "evidence": [told(fact) for fact in self.evidence],
            "reason": self.reason,
            "percentile": self.percentile,
        }


def metric(
    *,
    score: float | None,
    value: float | Decimal | None,
    unit: str,
    inputs: dict[str, Any],
    n: int,
    evidence: tuple[Fact, ...],
    reason: str,
    rules: Rules,
) -> Metric:
    """A metric with its numbers rounded and its confidence computed."""
    return Metric(
        score=None if score is None else rounded(score),
        value=rounded(value) if isinstance(value, float) else value,
        unit=unit,
        inputs=inputs,
        n=n,
        confidence=rounded(n / (n + rules.confidence_k)),
        evidence=evidence,
        reason=reason,
    )


def mean(parts: Iterable[float | None]) -> float | None:
    """The mean of the parts that are known, None when none is."""
    known = [part for part in parts if part is not None]
    return sum(known) / len(known) if known else None


def latest(*kinds: Sequence[Fact]) -> tuple[Fact, ...]:
    """The latest facts of several kinds, each kind in reading order, the latest first."""
    ends = chain.from_iterable(kind[-EVIDENCE:] for kind in kinds)
    return tuple(sorted(ends, key=lambda fact: fact.order, reverse=True)[:EVIDENCE])


def told(fact: Fact) -> dict[str, str]:
    """A fact as evidence: never its random id, so that two stacks fed the same say the same."""
    return {"type": fact.type, "subject": fact.subject, "time": rfc3339(fact.time)}


def amount(value: Decimal) -> str:
    """Money in JSON: a decimal string without exponent."""
    return format(value, "f")


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 visit`, `2 visits`; `many` where the plural is not regular."""
    return f"{number} {one if number == 1 else many or one + 's'}"
