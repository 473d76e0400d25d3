"""The index: one number over the Cs that are known."""

from collections.abc import Mapping
from typing import NamedTuple

from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.rules import ELEVEN_CS, C, Rules


class Index(NamedTuple):
    """`value`: 0–100, None where too few Cs are known; `coverage`: the share of the eleven that are."""

    value: float | None
    coverage: float


def index(cs: Mapping[C, Metric], rules: Rules) -> Index:
    """The weighted mean of the known scores; the weights are this project's own, equal by default."""
    known = [(rules.weights[name], cs[name].score) for name in ELEVEN_CS]
    scored = [(weight, score) for weight, score in known if score is not None]
    total = sum(weight for weight, _ in scored)
    value = None
    if len(scored) >= rules.least_known and total > 0:
        value = rounded(sum(weight * score for weight, score in scored) / total)
    return Index(value, rounded(len(scored) / len(ELEVEN_CS)))
