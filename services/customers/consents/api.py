"""REST: consents (C10)."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy import select
from sqlmodel import col

from services.customers.consents import commands
from services.customers.consents.tables import Consent
from shared.events.values import ID_PATTERN
from shared.web.app import IfMatch, Reading, Writing
from shared.web.cursors import Page, Paging, keyset
from shared.web.fields import Name, OccurredAt, Request, View
from shared.web.problems import NOT_FOUND, Problem
from shared.web.work import respond

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


def _key(customer_id: Segment, purpose: Segment, channel: Segment) -> commands.Key:
    return customer_id, purpose, channel


Key = Annotated[commands.Key, Depends(_key)]


@router.put("/{purpose}/{channel}", response_model=ConsentView)
async def grant(key: Key, body: Grant, work: Writing, if_match: IfMatch) -> Response:
    """The customer agrees to be contacted for this purpose through this channel."""
    command = partial(commands.grant, key=key, granted_at=body.granted_at, source=body.source, if_match=if_match)
    return await work.run(command, _view)


@router.delete("/{purpose}/{channel}", response_model=ConsentView)
async def withdraw(key: Key, work: Writing, if_match: IfMatch, body: Withdrawal | None = None) -> Response:
    """The customer no longer agrees."""
    told = body or Withdrawal()
    command = partial(commands.withdraw, key=key, occurred_at=told.occurred_at, if_match=if_match)
    return await work.run(command, _view)


@router.get("/{purpose}/{channel}", response_model=ConsentView)
async def read(key: Key, session: Reading) -> Response:
    """One consent, standing or withdrawn."""
    consent = await session.get(Consent, key)
    if consent is None:
        raise Problem(NOT_FOUND, "no such consent was ever given")
    return respond(consent, _view)


@router.get("")
async def read_page(customer_id: Segment, session: Reading, paging: Paging) -> Page[ConsentView]:
    """Every consent that the customer ever gave, in the order of purposes and channels."""
    query = select(Consent).where(col(Consent.customer_id) == customer_id)
    order = col(Consent.purpose), col(Consent.channel)
    rows, following = await keyset(session, query, paging.limit, paging.cursor, *order)
    return paging.page([_view(consent) for consent in rows], following)
