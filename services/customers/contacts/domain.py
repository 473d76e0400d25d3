"""When a customer may be contacted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A consent was granted or withdrawn, at that moment, under one of the customer's ids."""

    customer_id: str
    at: datetime
    granted: bool


def consented(steps: Sequence[Step], at: datetime) -> bool:
    """Whether the customer agreed to a contact at that moment: what they said last by then was yes.

    `steps`: those of every id of theirs, in the order in which they were told. Of a grant and a withdrawal at one
    moment the withdrawal counts.
    """
    before = [step for number, step in enumerate(steps) if step.at <= at and not _undone(step, steps[number:])]
    last = max(before, key=lambda step: (step.at, not step.granted), default=None)
    return last is not None and last.granted


def _undone(step: Step, later: Sequence[Step]) -> bool:
    # A grant was told again with an earlier moment, and withdrawn between the two: it is over under either moment.
    return step.granted and any(
        not each.granted and each.customer_id == step.customer_id and each.at < step.at for each in later
    )
