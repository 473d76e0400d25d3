"""REST: the value model (S05), by which customers' value and their probability alive are told."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Self

from fastapi import APIRouter, Request
from pydantic import BaseModel

from services.scoring.evaluation.as_of import Cards
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.purchasing import new_customer
from services.scoring.metrics.value_model import Law, ValueModel
from services.scoring.scorecards.asked import AsOf, past
from shared import clock
from shared.database import raw_connection
from shared.web.app import Caller
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter(tags=["value"])
_UNITS = 52


class ErrorsView(BaseModel):
    """Standard errors, by the observed information. One as large as its parameter: the base hardly tells it."""

    r: float
    alpha: float
    a: float
    b: float
    leaving: float


class LawView(BaseModel):
    """A law of buying and leaving: its parameters, `alpha` in units of time, and how likely the base is under it.

    `leaving`: a/(a + b), the mean probability of leaving after a purchase day; `standard_errors`: null where the base
    does not tell the parameters apart; `new_customer`: the repeat purchase days expected of anybody in the 52 units
    after their first.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    leaving: float
    standard_errors: ErrorsView | None
    new_customer: float

    @classmethod
    def of(cls, law: Law, *, modified: bool) -> Self:
        """The view of a law."""
        told = asdict(law)
        errors, expected = told.pop("errors"), new_customer(law, _UNITS, modified=modified)
        return cls(**told, leaving=law.leaving, standard_errors=errors, new_customer=rounded(expected))


class SpendingView(BaseModel):
    """Gamma-Gamma of what is spent on a purchase day, `v` in the currency; `customers`: the repeat buyers behind it."""

    p: float
    q: float
    v: float
    log_likelihood: float
    customers: int


class ValueModelView(BaseModel):
    """A value model. `until`: the last day observed; `customers`: who bought by then; `spending`: by currency.

    `converged`: false where the close as of `as_of` could not fit one and kept that of `fitted_as_of`.
    """

    as_of: datetime
    revision: int
    fitted_as_of: datetime
    converged: bool
    until: date
    unit_days: float
    customers: int
    mbg_nbd: LawView
    bg_nbd: LawView
    spending: dict[str, SpendingView]


@router.get("/value-model")
async def value_model(request: Request, caller: Caller, as_of: AsOf = None) -> ValueModelView:
    """The value model in force, now or as of a past moment; for the whole chain's tokens.

    404 where no close had fitted one by then.
    """
    caller.demand_chain()
    cards: Cards = request.app.state.cards
    moment = clock.now() if as_of is None else past(as_of)
    async with raw_connection(request.app.state.engine) as connection:
        reference = await cards.references.in_force(connection, moment)
    if reference is None:
        raise Problem(NOT_FOUND, "no close has been made by then, and it is a close that fits the value model")
    if reference.model is None:
        least = cards.rules.value.least
        raise Problem(NOT_FOUND, f"no close has fitted a value model by then: it takes {least} customers who bought")
    return _view(reference.model, reference.as_of, reference.revision)


def _view(model: ValueModel, as_of: datetime, revision: int) -> ValueModelView:
    return ValueModelView(
        as_of=as_of,
        revision=revision,
        fitted_as_of=model.fitted_as_of,
        converged=model.converged,
        until=model.until,
        unit_days=model.unit_days,
        customers=model.customers,
        mbg_nbd=LawView.of(model.mbg, modified=True),
        bg_nbd=LawView.of(model.bg, modified=False),
        spending={currency: SpendingView(**asdict(law)) for currency, law in model.spending.items()},
    )
