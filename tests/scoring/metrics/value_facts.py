"""A value model for tests: CDNOW's, as published, so that its numbers are known."""

from datetime import date
from typing import Any

from services.scoring.metrics.reference import Reference
from services.scoring.metrics.value_model import Law, Spending, ValueModel
from tests.scoring.metrics.facts import AS_OF, catalogue, reference

MODEL = ValueModel(
    unit_days=7.0,
    until=date(2017, 12, 31),
    customers=2357,
    mbg=Law(0.5248, 6.1831, 0.8914, 1.6140, -9582.14),
    bg=Law(0.2426, 4.414, 0.793, 2.426, -9582.43),
    spending={"USD": Spending(6.25, 3.74, 15.44, -4055.9, 946)},
    converged=True,
    fitted_as_of=AS_OF,
)


def modelled(margin: str | None = "0.25", **more: Any) -> Reference:
    """A reference with the model, groceries at that assumed margin; `more` are its other fields."""
    return reference(catalogue("GROCERY", margin=margin), model=MODEL, **more)
