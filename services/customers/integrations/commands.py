"""What can be done with integrations: offer, start, decline, end. Their use is in `using`."""

from datetime import datetime
from typing import Any, cast

from uuid_utils.compat import uuid7

from services.customers.integrations.domain import RefusedError, Verb, take
from services.customers.integrations.models import NewIntegration, Parting, Start
from services.customers.integrations.queries import joining, last_use
from services.customers.integrations.tables import Integration
from services.customers.profiles.belongings import Target, locked_of, meant
from services.customers.profiles.present import present
from shared.events.customers import IntegrationEnded, IntegrationKind, IntegrationOffered, IntegrationStarted
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.entities import add_once
from shared.web.problems import WRONG_STATE, Problem
from shared.web.work import Existing

_CHANGING = {"state", "started_at", "reviews_a_year", "ended_at", "reason"}


async def offer(tx: Transaction, customer_id: str, new: NewIntegration) -> Existing[Integration]:
    """Note an offer; the same id with the same content does nothing.

    Raises 404 and 410 for the customer, 409 for an id that is in use with other content.
    """
    await present(tx, customer_id)
    made = await add_once(tx, _new(tx, customer_id, new), "an integration")
    row = made.entity
    if not made.existed:
        told = row.model_dump(include={"kind", "occurred_at", "simulated", *_CHANGING}, exclude_none=True)
        await note(tx, _subject(row), "offer", before=None, after=told, at=row.occurred_at)
        offered = IntegrationOffered(kind=new.kind)
        await tx.record(offered, key=customer_id, subject=row.id, time=row.occurred_at)
    return made


async def start(tx: Transaction, target: Target, told: Start) -> Integration:
    """Our processes are joined from now on. Raises 404, 409, 410, 412, 428."""
    row = await meant(tx, Integration, target, "integration")
    at = await _step(tx, row, "start", told.occurred_at, {"reviews_a_year": told.reviews_a_year})
    started = IntegrationStarted(kind=cast("IntegrationKind", row.kind), reviews_a_year=row.reviews_a_year)
    await tx.record(started, key=row.customer_id, subject=row.id, time=at)
    return row


async def decline(tx: Transaction, target: Target, told: Parting) -> Integration:
    """The customer does not want it; that it was offered stands. Raises 404, 409, 410, 412, 428."""
    row = await meant(tx, Integration, target, "integration")
    await _step(tx, row, "decline", told.occurred_at, {"reason": told.reason})
    return row


async def end(tx: Transaction, target: Target, told: Parting) -> Integration:
    """Our processes are apart again. Raises 404, 409, 410, 412, 428."""
    row = await meant(tx, Integration, target, "integration")
    at = await _step(tx, row, "end", told.occurred_at, {"reason": told.reason})
    await tx.record(IntegrationEnded(), key=row.customer_id, subject=row.id, time=at)
    return row


async def found(tx: Transaction, customer_id: str, integration_id: str) -> Integration:
    """The customer's integration of that id, locked; raises 404 and 410."""
    return await locked_of(tx, Integration, customer_id, integration_id, "integration")


def _new(tx: Transaction, customer_id: str, new: NewIntegration) -> Integration:
    told = dict(new) | {"id": new.id or str(uuid7()), "occurred_at": new.occurred_at or tx.recorded}
    return Integration(**told, customer_id=customer_id, content=new.content(customer_id), created_at=tx.recorded)


async def _step(tx: Transaction, row: Integration, verb: Verb, told: datetime | None, said: dict[str, Any]) -> datetime:
    """Take the step and note it; when it was."""
    try:
        after = take(joining(row), verb, told, tx.recorded, await last_use(tx.session, row.id))
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    before = row.model_dump(include=_CHANGING)
    changes = {"state": after.state, "started_at": after.started_at, "ended_at": after.ended_at, **said}
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    await note(tx, _subject(row), verb, before=before, after=row.model_dump(include=_CHANGING), at=after.last_step_at)
    return after.last_step_at


def _subject(row: Integration) -> Subject:
    return Subject("integration", row.id, row.version)
