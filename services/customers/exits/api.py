"""REST: exits that customers state; the strongest sign of defection there is (S04)."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from services.customers.exits.tables import Exit
from services.customers.profiles.present import present
from shared.events.customers import ExitReason, ExitStated
from shared.events.values import ID_PATTERN
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.app import Posting, Reading
from shared.web.fields import Id, OccurredAt, Request, Text, View
from shared.web.problems import CONFLICT, NOT_FOUND, Collision, Problem
from shared.web.work import Existing, respond

router = APIRouter(prefix="/customers/{customer_id}/exits", tags=["exits"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


class NewExit(Request):
    """What the customer said, as a reason from the list; their words stay in this service."""

    id: Id | None = None
    reason: ExitReason
    occurred_at: OccurredAt
    note: Text | None = None


class ExitView(View):
    """A stated exit."""

    id: str
    customer_id: str
    reason: ExitReason
    note: str | None
    occurred_at: datetime
    created_at: datetime
    version: int


@router.post("", status_code=201, response_model=ExitView)
async def state(customer_id: Segment, body: NewExit, work: Posting) -> Response:
    """The customer states that they leave."""
    command = partial(state_exit, customer_id=customer_id, new=body)
    created = f"/v1/customers/{customer_id}/exits/{{id}}"
    return await work.run(command, Existing.shown_by(ExitView.model_validate), created=created)


@router.get("/{exit_id}", response_model=ExitView)
async def read(customer_id: Segment, exit_id: Segment, session: Reading) -> Response:
    """One stated exit."""
    stated = await session.get(Exit, exit_id)
    if stated is None or stated.customer_id != customer_id:
        raise Problem(NOT_FOUND, f"no exit {exit_id}")
    return respond(stated, ExitView.model_validate)


async def state_exit(tx: Transaction, customer_id: str, new: NewExit) -> Existing[Exit]:
    """Note a stated exit; the same id with the same content does nothing.

    Raises 404 for an unknown customer, 409 for an id that is in use with other content.
    """
    await present(tx, customer_id)
    told = new.model_dump(exclude={"id"}) | {"customer_id": customer_id}
    known = None if new.id is None else await tx.session.get(Exit, new.id)
    if known is not None:
        if any(getattr(known, name) != value for name, value in told.items()):
            raise Problem(CONFLICT, f"{new.id} is an exit with other content")
        return Existing(known, existed=True)
    stated = Exit(id=new.id or str(uuid7()), created_at=tx.recorded, **told)
    tx.session.add(stated)
    try:
        await tx.session.flush()
    except IntegrityError:
        raise Collision(stated.id) from None
    part = Subject("customer", customer_id, stated.version, f"exits/{stated.id}")
    await note(tx, part, "state", before=None, after=new.model_dump(include={"reason", "note"}), at=new.occurred_at)
    payload = ExitStated(reason=new.reason)
    await tx.record(payload, key=customer_id, subject=stated.id, time=new.occurred_at)
    return Existing(stated, existed=False)
