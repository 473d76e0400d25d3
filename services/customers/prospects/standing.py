"""A prospect as commands and queries hand it on."""

from dataclasses import dataclass, fields
from typing import cast

from services.customers.prospects.domain import Acquisition, Buyer, stalled
from services.customers.prospects.models import CostView, ProspectView
from services.customers.prospects.tables import Prospect
from shared import clock

_FIELDS = {each.name for each in fields(Acquisition)}


def acquisition(row: Prospect) -> Acquisition:
    """How a prospect's acquisition stands."""
    return Acquisition(**row.model_dump(include=_FIELDS))


@dataclass(frozen=True, slots=True)
class Standing:
    """A prospect and how the customer buys; `existed`: whether the command found it as it is."""

    prospect: Prospect
    buyer: Buyer | None
    existed: bool = False

    @classmethod
    def of(cls, prospect: Prospect, buying_type: str | None, *, existed: bool = False) -> "Standing":
        """The same, of a profile's column."""
        return cls(prospect, cast("Buyer | None", buying_type), existed)

    def view(self) -> ProspectView:
        """The answer that shows it."""
        row = self.prospect
        cost = CostView(amount=row.cost_amount, currency=row.currency) if row.cost_amount is not None else None
        shown = {"id": row.customer_id, "buying_type": self.buyer, "cost": cost}
        late = stalled(acquisition(row), self.buyer, clock.now())
        return ProspectView.model_validate(row.model_dump() | shown | {"stalled": late})
