"""One step of an acquisition, as every verb takes it: change the row, note it, tell the stage.

And the steps that a prospect takes without us: they buy, they use.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from services.customers.prospects import domain
from services.customers.prospects.domain import Acquisition, skipped
from services.customers.prospects.models import NewProspect, StepCost
from services.customers.prospects.standing import acquisition
from services.customers.prospects.tables import LostAcquisition, Prospect
from shared.events import Money
from shared.events.customers import AcquisitionStageChanged, Stage
from shared.history import Subject, note
from shared.outbox import Transaction

_UNSAID = {"customer_id", "content", "created_at", "version", "last_step_at"}
"""What a history does not tell of a row."""
_ASKED = {"store_id", "product_id", "source", "supply", "demand", "simulated"}
_COUNTED = {"customer_id", "number", "product_id", "occurred_at", "furthest", "outcome"}


async def renew(tx: Transaction, known: Prospect | None, new: NewProspect, begun: Acquisition) -> Prospect:
    """The prospect at the beginning of an acquisition; of the one before it, lost, the report's figures are kept."""
    told = new.model_dump(include=_ASKED) | asdict(begun) | {"content": new.content()}
    if known is None:
        row = Prospect(customer_id=new.customer_id, created_at=tx.recorded, **told)
        tx.session.add(row)
        await note(tx, _subject(row), "begin", before=None, after=_said(row), at=row.occurred_at)
        return row
    before = _said(known)
    tx.session.add(LostAcquisition(**known.model_dump(include=_COUNTED)))
    _change(known, told | {"number": known.number + 1})
    await note(tx, _subject(known), "begin", before=before, after=_said(known), at=known.occurred_at)
    return known


async def take(
    tx: Transaction, row: Prospect, after: Acquisition, verb: str, said: Mapping[str, object] | None = None
) -> None:
    """Take a step and note it, with what was `said` and the stages that it left out."""
    before, stage = _said(row), cast("Stage", row.stage)
    _change(row, asdict(after))
    beside = dict(said or {}) | {"skipped": list(skipped(stage, after.stage)) or None}
    await note(tx, _subject(row), verb, before=before, after=_said(row) | beside, at=row.last_step_at)


async def buy(tx: Transaction, row: Prospect, times: Iterable[datetime]) -> None:
    """The first of these purchases that concerns the prospect moves them; so does then a use that was told before."""
    brought = (domain.buy(acquisition(row), at) for at in sorted(times))
    if after := next((each for each in brought if each is not None), None):
        await take(tx, row, after, "buy")
        await tell_stage(tx, row)
        if used := domain.use_kept(acquisition(row)):
            await _take_use(tx, row, used)


async def use(tx: Transaction, row: Prospect, at: datetime) -> None:
    """The prospect used what they bought for the first time."""
    if after := domain.use(acquisition(row), at):
        await _take_use(tx, row, after)


async def tell_stage(tx: Transaction, row: Prospect, cost: StepCost | None = None) -> None:
    """Record that the prospect is at its stage now, and what this step cost."""
    paid = Money(amount=cost.amount, currency=cost.currency) if cost is not None else None
    payload = AcquisitionStageChanged(stage=cast("Stage", row.stage), cost=paid)
    key, time = row.customer_id, row.last_step_at
    await tx.record(payload, key=key, subject=key, time=time, store=row.store_id)


async def _take_use(tx: Transaction, row: Prospect, after: Acquisition) -> None:
    stage = row.stage
    await take(tx, row, after, "first_use")
    if row.stage != stage:
        await tell_stage(tx, row)


def _change(row: Prospect, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1


def _said(row: Prospect) -> dict[str, Any]:
    return row.model_dump(exclude=_UNSAID)


def _subject(row: Prospect) -> Subject:
    return Subject("prospect", row.customer_id, row.version)
