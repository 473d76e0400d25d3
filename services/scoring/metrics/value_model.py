"""The value model of a population: what a close learned from everybody's purchase days, in numbers.

The formulas that make an expectation of it are in `purchasing`; it is fitted by `studies.fitting`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Errors:
    """Standard errors of a law's parameters, and of the mean probability of leaving, `leaving`."""

    r: float
    alpha: float
    a: float
    b: float
    leaving: float


@dataclass(frozen=True, slots=True)
class Law:
    """How the customers of a base differ in buying and in leaving: the BG/NBD or MBG/NBD law.

    The rate of purchase days is Gamma(`r`, `alpha`), `alpha` in the model's units of time; the probability of
    leaving after a purchase day is Beta(`a`, `b`). `log_likelihood`: of the base under it, time in those units.
    `errors`: None where the base does not tell the parameters apart.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    errors: Errors | None = None

    @property
    def leaving(self) -> float:
        """The mean probability of leaving after a purchase day: what is known best of `a` and `b`."""
        return self.a / (self.a + self.b)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The law that `asdict` told."""
        errors = told.get("errors")
        return cls(**{**told, "errors": Errors(**errors) if errors else None})


@dataclass(frozen=True, slots=True)
class Spending:
    """How they differ in what they spend on a purchase day, in one currency: the Gamma-Gamma law.

    A day's spend is Gamma(`p`, ν), ν is Gamma(`q`, `v`), `v` in the currency. `customers`: those it was fitted on.
    """

    p: float
    q: float
    v: float
    log_likelihood: float
    customers: int


@dataclass(frozen=True, slots=True)
class ValueModel:
    """What is expected of customers. `mbg`: the modified law, by which we judge; `bg`: the plain one, beside it.

    `unit_days`: the unit of time in days; `until`: the last day observed; `customers`: those who bought by then;
    `spending`: by currency, those with enough repeat buyers; `fitted_as_of`: the close that fitted it;
    `converged`: false where a later close could not fit one and kept this.
    """

    unit_days: float
    until: date
    customers: int
    mbg: Law
    bg: Law
    spending: Mapping[str, Spending]
    converged: bool
    fitted_as_of: datetime

    def to_json(self) -> dict[str, Any]:
        """The model ready for JSON; floats in full, so that it answers the same when it is read again."""
        return {
            "unit_days": self.unit_days,
            "until": self.until.isoformat(),
            "customers": self.customers,
            "mbg": asdict(self.mbg),
            "bg": asdict(self.bg),
            "spending": {currency: asdict(law) for currency, law in self.spending.items()},
            "converged": self.converged,
            "fitted_as_of": self.fitted_as_of.isoformat(),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The model that `to_json` told."""
        return cls(
            unit_days=told["unit_days"],
            until=date.fromisoformat(told["until"]),
            customers=told["customers"],
            mbg=Law.from_json(told["mbg"]),
            bg=Law.from_json(told["bg"]),
            spending={currency: Spending(**law) for currency, law in told["spending"].items()},
            converged=told["converged"],
            fitted_as_of=datetime.fromisoformat(told["fitted_as_of"]),
        )
