"""What an explanation is: all that went into a score, and the arithmetic from there to the number on the card."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import History
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import Scorecard

Number = int | float | str
"""A number in full; money as a decimal string."""
Quantity = Number | list[Number] | dict[str, Number]
"""A number, or several: in order, or each by its name."""


class Told(BaseModel):
    """A part of an explanation; never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(Told):
    """One step of the arithmetic. Nothing is rounded but by `round`."""

    name: str
    expression: str = Field(
        description="Arithmetic over `numbers` that a machine can do: + - * / ** ( ), min(a, b), max(a, b), ln, exp, "
        "round(x, digits) half to even, sum and mean of several; comparisons are 1 where they hold, else 0. Several "
        "numbers are taken one by one, in their order."
    )
    numbers: dict[str, Quantity]
    result: Quantity


class Used(Told):
    """A fact that went into the score. `counts_as`: what it counts as; `numbers`: how much of it."""

    type: str
    subject: str
    time: datetime
    store_id: str | None
    counts_as: str
    numbers: dict[str, Quantity]


class Explanation(Told):
    """How a score of a customer came about."""

    customer_id: str
    as_of: datetime
    rules_version: str
    reference: dict[str, Any] | None = Field(description="`{as_of, revision}` of the reference; null without one")
    score: str = Field(description="its name")
    value: bool | int | float | str | None = Field(description="as it stands on the card")
    unit: str
    reason: str
    formula: str = Field(description="in one line; docs/metrics.md tells more")
    known_when: str = Field(description="what has to be known for there to be one")
    steps: list[Step] = Field(description="the last one's result is `value`; none of what is not known")
    facts: list[Used] = Field(description="the latest first, at most 1,000; the timeline has them all")
    facts_used: int = Field(description="how many there are")
    rules: dict[str, Any] = Field(description="the rules used, as GET /v1/rules tells them")
    reference_inputs: dict[str, Any] = Field(description="what was taken from the reference")


class Basis(NamedTuple):
    """What a card was made from, and the card."""

    history: History
    card: Scorecard
    rules: Rules
    reference: Reference | None


class Use(NamedTuple):
    """A fact, what it counts as and how much."""

    fact: Fact
    counts_as: str
    numbers: Mapping[str, Quantity] = {}

    def to_told(self) -> Used:
        """As it is told: never by its random id."""
        fact = self.fact
        return Used(
            type=fact.type,
            subject=fact.subject,
            time=fact.time,
            store_id=fact.store,
            counts_as=self.counts_as,
            numbers=dict(self.numbers),
        )


@dataclass(frozen=True, slots=True)
class Working:
    """How one score is worked out. `rules`: the names of the rules used."""

    formula: str
    known_when: str
    steps: Sequence[Step] = ()
    uses: Sequence[Use] = ()
    rules: Sequence[str] = ()
    reference_inputs: Mapping[str, Any] = field(default_factory=dict)


def step(name: str, expression: str, result: Quantity | None, **numbers: Quantity) -> list[Step]:
    """The step; none where its result is not known."""
    if result is None:
        return []
    return [Step(name=name, expression=expression, numbers=numbers, result=result)]


def uses(facts: Iterable[Fact], counts_as: str, **numbers: Quantity) -> list[Use]:
    """Each of these facts, counting the same."""
    return [Use(fact, counts_as, numbers) for fact in facts]
