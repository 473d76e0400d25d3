"""Answers about rates of complaints."""

from datetime import datetime

from services.complaints.rates.domain import Frequency
from shared.web.fields import View


class FrequencyView(View):
    """Complaints per 10,000, with a 95 % interval: Wilson's, or Poisson's where they are more than what they are of."""

    value: float
    interval: tuple[float, float]

    @classmethod
    def of(cls, found: Frequency | None) -> "FrequencyView | None":
        """What is shown of it, to a tenth of a complaint in a million."""
        if found is None:
            return None
        value, low, high = (round(number, 3) for number in found)
        return cls(value=value, interval=(low, high))


class RateView(View):
    """A store's complaints of the period from `start` to before `end`, beside what it did for customers in it.

    One taken back counts only where a standard had been missed before. `transactions`: sales, anonymous ones and
    those returned later too. `services`: touchpoints, bags looked after and lines delivered. A rate is null
    where there was nothing to complain of.
    """

    store_id: str
    start: datetime
    end: datetime
    complaints: int
    transactions: int
    visits: int
    services: int
    per_10000_transactions: FrequencyView | None
    per_10000_visits: FrequencyView | None
    per_10000_services: FrequencyView | None
