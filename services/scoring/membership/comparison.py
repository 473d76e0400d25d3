"""Where a card stands among the members of its segments (S15).

Scores are compared in tenths of a point: so a segment's spread is at most a thousand counts, however many segments
and customers there are.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import accumulate

from services.scoring.metrics.distribution import Distribution
from services.scoring.metrics.reference import Distributions, Reference, ranked
from services.scoring.metrics.rules import ELEVEN_CS, Rules
from services.scoring.metrics.scorecard import Scorecard

COMPARED = ("index", *ELEVEN_CS)


class Spread:
    """How the scores of each segment's members are spread; counts only."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[str, Counter[float]]] = {}

    def add(self, card: Scorecard, segments: Iterable[str]) -> None:
        """One more customer, who is in these segments."""
        for segment in segments:
            counts = self._counts.setdefault(segment, {name: Counter() for name in COMPARED})
            for name, score in _tenths(card).items():
                if score is not None:
                    counts[name][score] += 1

    def distributions(self) -> dict[str, Distributions]:
        """By segment and by what is compared."""
        return {
            segment: {name: _distribution(counts[name]) for name in sorted(counts) if counts[name]}
            for segment, counts in sorted(self._counts.items())
        }


def comparison(
    card: Scorecard, segments: Iterable[str], rules: Rules, reference: Reference | None
) -> dict[str, dict[str, float | None]]:
    """By segment, the percentile of the index and of each C among those who were members when the close was made.

    None where the score is not known, or fewer members had one than a percentile takes.
    """
    spreads: Mapping[str, Distributions] = {} if reference is None else reference.segments
    scores = _tenths(card)
    return {
        segment: {name: ranked(spreads.get(segment, {}), name, score, rules) for name, score in scores.items()}
        for segment in segments
    }


def _tenths(card: Scorecard) -> dict[str, float | None]:
    scores = {"index": card.index.value} | {name: card.cs[name].score for name in ELEVEN_CS}
    return {name: None if score is None else round(score, 1) for name, score in scores.items()}


def _distribution(counts: Mapping[float, int]) -> Distribution:
    values = sorted(counts)
    return Distribution(array("d", values), array("q", accumulate(counts[value] for value in values)))
