"""What a procedure is made of: an incident as it stands, a step as it is told, and the rules between both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.complaints.staff.domain import Role
from shared.events.complaints import IncidentKind

_Unpaid = Literal[
    "forgot",
    "escorted_to_billing",
    "paid",
    "pretends_ignorance",
    "asked_to_recheck",
    "found",
    "denies",
    "back_room",
    "politely_informed",
    "does_not_want",
    "goods_collected",
    "regret_expressed",
    "let_go",
]
"""Steps that are states as well: what the customer said or we did is how the matter stands."""
StepName = (
    Literal["witness", "approach", "call", "intervene", "assist", "clean_up", "replace", "regret", "log", "close"]
    | Literal["abandoned"]
    | _Unpaid
)
State = (
    Literal["recorded", "approached", "called", "intervened", "assisted", "cleaned_up", "replaced", "regretted"]
    | Literal["abandoned", "logged", "closed"]
    | _Unpaid
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an incident stands. All instants in UTC; None for what did not happen.

    `last_step_at`: its newest step, its beginning included. `certain`: completely sure that it is so. `outside_called`:
    somebody who is none of the store's own people was called. `called`: everybody who was. `logged`: the logbook has
    its entry.
    """

    kind: IncidentKind
    state: State
    occurred_at: datetime
    last_step_at: datetime
    certain: bool = False
    eye_witness: bool = False
    approached_at: datetime | None = None
    outside_called: bool = False
    called: frozenset[str] = frozenset()
    intervened_at: datetime | None = None
    logged: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What is told of a step. `role`: of the employee who took it, None where we know of none.

    Nothing is taken for granted: where nobody said whether other customers stood by (None), nobody knows that none did.
    `called`: whom, to `call`; of those the one who came, to `intervene`. `charged`: the customer was to pay for it.
    `at`: when it happened (UTC), None for now.
    """

    step: StepName
    role: Role | None = None
    at: datetime | None = None
    escorted_aside: bool | None = None
    other_customers_present: bool | None = None
    certain: bool | None = None
    eye_witness: bool | None = None
    called: str | None = None
    charged: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the house: its code for machines, its sentence for who stands on the shop floor.

    `incident`: what must be so of the incident as it stands; `step`: what must be told of the step; `both`: what must
    be told of it as the incident stands. `pointer`: the part of a request that breaks it.
    """

    code: str
    sentence: str
    incident: Callable[[Standing], bool] | None = None
    step: Callable[[Said], bool] | None = None
    both: Callable[[Standing, Said], bool] | None = None
    pointer: str = "/step"

    def stands(self, incident: Standing) -> bool:
        """Whether the incident as it stands is no reason to refuse the step."""
        return self.incident is None or self.incident(incident)

    def kept(self, incident: Standing, said: Said) -> bool:
        """Whether the step keeps the rule."""
        told = self.step is None or self.step(said)
        return self.stands(incident) and told and (self.both is None or self.both(incident, said))

    def demands(self) -> bool:
        """Whether anything must be told of the step."""
        return self.step is not None or self.both is not None


@dataclass(frozen=True, slots=True)
class Move:
    """A step of a procedure: the state it leads to from each state in which it may be taken, and its rules."""

    leads: Mapping[State, State]
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Procedure:
    """The steps of a kind of incident. `always`: the rules that every step and the opening must keep."""

    steps: Mapping[StepName, Move]
    always: tuple[Rule, ...]


def to(state: State, *states: State, rules: tuple[Rule, ...] = ()) -> Move:
    """The step that leads to `state` from each of `states`."""
    return Move(dict.fromkeys(states, state), rules)


def staying(*states: State, rules: tuple[Rule, ...] = ()) -> Move:
    """The step that may be taken in each of `states` and changes none of them."""
    return Move({state: state for state in states}, rules)
