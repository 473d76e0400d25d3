"""The reference: all that a customer's score may know of the population. Immutable; made by the close."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from services.scoring.metrics.around import Around
from services.scoring.metrics.catalogue import Catalogue
from services.scoring.metrics.distribution import Distribution
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.surroundings import Surroundings
from services.scoring.metrics.value_model import ValueModel

Distributions = Mapping[str, Distribution]


def rfc3339(time: datetime) -> str:
    """`time` in UTC as JSON has it, ending in Z."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Reference:
    """The population as of a date.

    `median_gap`, `median_first_interval`: days between purchase days – over customers, the median of each
    one's median gap and of each one's first gap. `base`: how often the base recorded a kind of failure in
    the window. `surroundings`: what happened around the customers; `around`: what other customers do. `values`: per
    raw value, its distribution (`contribution:USD` …); `scores`: per C and for `index`. `model`: of purchases and
    spend, None before one is fitted.
    `segments`: per segment, the scores of its members in tenths of a point.
    """

    as_of: datetime
    revision: int
    catalogue: Catalogue
    median_gap: float | None = None
    median_first_interval: float | None = None
    base: Mapping[str, int] = field(default_factory=dict)
    surroundings: Surroundings = field(default_factory=Surroundings)
    around: Around = field(default_factory=Around)
    values: Distributions = field(default_factory=dict)
    scores: Distributions = field(default_factory=dict)
    model: ValueModel | None = None
    segments: Mapping[str, Distributions] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The whole of it as JSON; `from_json` gives it back exactly."""
        return {
            "as_of": rfc3339(self.as_of),
            "revision": self.revision,
            "catalogue": self.catalogue.to_json(),
            "median_gap": self.median_gap,
            "median_first_interval": self.median_first_interval,
            "base": {name: self.base[name] for name in sorted(self.base)},
            "surroundings": self.surroundings.to_json(),
            "around": self.around.to_json(),
            "values": _told(self.values),
            "scores": _told(self.scores),
            "model": None if self.model is None else self.model.to_json(),
            "segments": {name: _told(self.segments[name]) for name in sorted(self.segments)},
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The reference that `to_json` told. Raises `KeyError` or `ValueError` on anything else.

        One that was stored before references told of surroundings, a value model or segments, has none.
        """
        surroundings, around, model = told.get("surroundings"), told.get("around"), told.get("model")
        return cls(
            as_of=datetime.fromisoformat(told["as_of"]),
            revision=told["revision"],
            catalogue=Catalogue.from_json(told["catalogue"]),
            median_gap=told["median_gap"],
            median_first_interval=told["median_first_interval"],
            base=dict(told["base"]),
            surroundings=Surroundings() if surroundings is None else Surroundings.from_json(surroundings),
            around=Around() if around is None else Around.from_json(around),
            values=_distributions(told["values"]),
            scores=_distributions(told["scores"]),
            model=None if model is None else ValueModel.from_json(model),
            segments={name: _distributions(each) for name, each in told.get("segments", {}).items()},
        )


def _told(distributions: Distributions) -> dict[str, Any]:
    return {name: distributions[name].to_json() for name in sorted(distributions)}


def _distributions(told: Mapping[str, Any]) -> Distributions:
    return {name: Distribution.from_json(each) for name, each in told.items()}


def ranked(distributions: Distributions, name: str, value: float | None, rules: Rules) -> float | None:
    """The percentile of `value` among the population's `name`; None where either is unknown."""
    distribution = distributions.get(name)
    if value is None or distribution is None:
        return None
    return distribution.percentile(value, rules.least_population)


def unranked(reference: Reference | None, rules: Rules) -> str:
    """Why there is no percentile, as the end of a sentence."""
    if reference is None:
        return "no reference of the customer base has been made yet to compare with"
    return f"fewer than {rules.least_population} customers are there to compare with"
