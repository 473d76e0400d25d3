"""Requests and answers about incidents."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from services.complaints.incidents.domain import Situation
from services.complaints.incidents.procedures.procedure import State, StepName
from shared.events.complaints import IncidentKind
from shared.money import DECIMALS, fits_currency
from shared.web.fields import Amount, Code, Currency, Flag, Id, NewEntity, OccurredAt, Request, Shown, Text, View

Charge = Annotated[Amount | None, Field(description="what the customer was to pay: every procedure refuses it")]


class NewIncident(NewEntity):
    """Something happened on the shop floor; `situation`: of misbehaviour alone.

    What nobody says is not so: an incident is `certain`, and seen by an `eye_witness`, where that is told.
    """

    customer_id: Id | None = None
    store_id: Id
    kind: IncidentKind
    situation: Situation | None = None
    occurred_at: OccurredAt
    reported_by: Id
    certain: Flag = False
    eye_witness: Flag = False
    charge_amount: Charge = None
    currency: Currency | None = None
    simulated: Flag = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.situation is not None and self.kind != "misbehaviour":
            raise ValueError("only misbehaviour has a situation")
        return self


class NewStep(Request):
    """A step of the procedure, taken `by` an employee, `at` a moment (now where none is told).

    `certain`, `eye_witness`: what a `witness` tells. `called`: whom, to `call`; who of them came, to `intervene`.
    `cost_amount`: what it cost ourselves. `note`: to `log`, the words of the logbook's entry.
    """

    step: StepName
    by: Id
    at: OccurredAt | None = None
    escorted_aside: Flag | None = None
    other_customers_present: Flag | None = None
    certain: Flag | None = None
    eye_witness: Flag | None = None
    called: Code | None = None
    cost_amount: Amount | None = None
    charge_amount: Charge = None
    currency: Currency | None = None
    note: Text | None = Field(default=None, validate_default=True)

    @field_validator("note")
    @classmethod
    def _an_entry_has_words(cls, note: str | None, info: ValidationInfo) -> str | None:
        if note is None and info.data.get("step") == "log":
            raise ValueError("an entry without words tells the logbook nothing")
        return note

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        told = self.certain is not None or self.eye_witness is not None
        if told != (self.step == "witness"):
            raise ValueError("certain and eye_witness, one or both, are what a witness tells")
        if (self.called is None and self.step == "call") or (self.called and self.step not in {"call", "intervene"}):
            raise ValueError("to call is to say who was called, and to intervene, who of them came")
        return self._exact()

    def _exact(self) -> Self:
        if self.charge_amount is not None:
            return self  # a rule refuses it, whatever it is
        if (self.cost_amount is None) != (self.currency is None):
            raise ValueError("an amount and its currency come together")
        if self.cost_amount is None or self.currency is None:
            return self
        if not fits_currency(self.cost_amount, self.currency):
            raise ValueError(f"more decimals than {self.currency} has: {DECIMALS[self.currency]}")
        return self


class IncidentStepView(View):
    """A step that was taken."""

    number: int
    step: StepName
    by: str
    at: datetime
    recorded_at: datetime
    escorted_aside: bool | None
    other_customers_present: bool | None
    certain: bool | None
    eye_witness: bool | None
    called: str | None
    cost_amount: Shown | None
    currency: str | None
    note: str | None


class IncidentView(View):
    """An incident and the steps that were taken. `minutes_to_intervention`: from `occurred_at`, to a tenth."""

    id: str
    customer_id: str | None
    store_id: str
    kind: IncidentKind
    situation: Situation | None
    state: State
    occurred_at: datetime
    reported_by: str
    certain: bool
    eye_witness: bool
    approached_at: datetime | None
    intervened_at: datetime | None
    minutes_to_intervention: float | None
    logbook_entry_id: str | None
    steps: list[IncidentStepView]
    simulated: bool
    created_at: datetime
    version: int


class RuleView(View):
    """A rule: its code, and its sentence."""

    code: str
    rule: str


class OptionView(View):
    """A step of the procedure. `why_not`: what refuses it now, whoever takes it; `demands`: the rules that it must
    keep by what is told of it."""

    step: StepName
    allowed: bool
    why_not: list[RuleView]
    demands: list[RuleView]


class OptionsView(View):
    """The steps of an incident's procedure, as it stands."""

    state: State
    options: list[OptionView]
