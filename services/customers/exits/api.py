"""REST: exits that customers state; the strongest sign of defection there is (S04)."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response
from uuid_utils.compat import uuid7

from services.customers.exits.tables import Exit
from services.customers.profiles.tables import Customer
from shared.events.customers import ExitReason, ExitStated
from shared.events.values import ID_PATTERN
from shared.outbox import Transaction
from shared.web.app import Writing
from shared.web.fields import Id, OccurredAt, Request, Text, View
from shared.web.problems import CONFLICT, NOT_FOUND, Problem

router = APIRouter(prefix="/customers/{customer_id}/exits", tags=["exits"])


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
async def state(customer_id: Annotated[str, Path(pattern=ID_PATTERN)], body: NewExit, work: Writing) -> Response:
    """The customer states that they leave."""
    command = partial(state_exit, customer_id=customer_id, new=body)
    return await work.run(command, ExitView.model_validate, created=f"/v1/customers/{customer_id}/exits/{{id}}")


async def state_exit(tx: Transaction, customer_id: str, new: NewExit) -> Exit:
    """Note a stated exit. Raises 404 for an unknown customer, 409 for an id in use."""
    if await tx.session.get(Customer, customer_id, with_for_update={"key_share": True}) is None:
        raise Problem(NOT_FOUND, f"no customer {customer_id}")
    if new.id is not None and (await tx.session.get(Exit, new.id)) is not None:
        raise Problem(CONFLICT, f"{new.id} is in use")
    told = new.model_dump(exclude={"id"})
    stated = Exit(id=new.id or str(uuid7()), customer_id=customer_id, created_at=tx.recorded, **told)
    tx.session.add(stated)
    payload = ExitStated(reason=new.reason)
    await tx.record(payload, key=customer_id, subject=stated.id, time=new.occurred_at)
    return stated
