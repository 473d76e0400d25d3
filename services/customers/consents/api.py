"""REST: consents (C10)."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlalchemy import select
from sqlmodel import col

from services.customers.consents import commands
from services.customers.consents.tables import Consent
from shared.events.values import ID_PATTERN
from shared.web.app import Reading, Writing
from shared.web.cursors import Page
from shared.web.fields import Name, OccurredAt, Request, View

router = APIRouter(prefix="/customers/{customer_id}/consents", tags=["consents"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


class Grant(Request):
    """When the customer agreed, and where we have it from."""

    granted_at: OccurredAt
    source: Name


class Withdrawal(Request):
    """When the customer withdrew; now where nothing is told."""

    occurred_at: OccurredAt | None = None


class ConsentView(View):
    """A consent; `withdrawn_at` is null while it stands."""

    customer_id: str
    purpose: str
    channel: str
    source: str
    granted_at: datetime
    withdrawn_at: datetime | None
    version: int


def _view(consent: Consent) -> ConsentView:
    return ConsentView.model_validate(consent)


@router.put("/{purpose}/{channel}", response_model=ConsentView)
async def grant(customer_id: Segment, purpose: Segment, channel: Segment, body: Grant, work: Writing) -> Response:
    """The customer agrees to be contacted for this purpose through this channel."""
    key = (customer_id, purpose, channel)
    command = partial(commands.grant, key=key, granted_at=body.granted_at, source=body.source, if_match=work.if_match)
    return await work.run(command, _view)


@router.delete("/{purpose}/{channel}", response_model=ConsentView)
async def withdraw(
    customer_id: Segment, purpose: Segment, channel: Segment, work: Writing, body: Withdrawal | None = None
) -> Response:
    """The customer no longer agrees."""
    told = body or Withdrawal()
    command = partial(commands.withdraw, key=(customer_id, purpose, channel), occurred_at=told.occurred_at)
    return await work.run(command, _view)


@router.get("")
async def read_all(customer_id: Segment, session: Reading) -> Page[ConsentView]:
    """Every consent that the customer ever gave."""
    query = select(Consent).where(col(Consent.customer_id) == customer_id).order_by("purpose", "channel")
    return Page(items=[_view(consent) for consent in (await session.execute(query)).scalars()])
