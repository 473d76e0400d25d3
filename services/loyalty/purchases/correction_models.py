"""Requests and answers about corrections."""

from datetime import datetime
from typing import Self

from pydantic import model_validator

from services.loyalty.purchases.models import Lines
from shared.web.fields import Code, Id, NewEntity, OccurredAt, View


class NewCorrection(NewEntity):
    """A bill was wrong: `lines` are what it should have had, all of them, or `customer_id` whose it should have been.

    `occurred_at`: when that was settled, now where nothing is told.
    """

    occurred_at: OccurredAt | None = None
    reason: Code
    lines: Lines | None = None
    customer_id: Id | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.lines is None) == (self.customer_id is None):
            raise ValueError("say either the lines or the customer that the bill should have had")
        return self


class CorrectionView(View):
    """A correction. `corrected_to`: the purchase of the customer whose the bill was, where that was what was wrong.

    The lines as they were and became are in the purchase's history.
    """

    id: str
    purchase_id: str
    occurred_at: datetime
    reason: str
    corrected_to: str | None
    created_at: datetime
    version: int
