"""REST: contacting customers, with their consent alone (C10)."""

from functools import partial
from typing import Annotated
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Path, Response
from sqlalchemy import select
from sqlmodel import col

from services.customers.contacts import commands
from services.customers.contacts.commands import NoConsentError
from services.customers.contacts.models import ContactView, NewContact
from services.customers.contacts.tables import Contact
from shared.events.values import ID_PATTERN
from shared.web.app import Posting, Reading
from shared.web.cursors import Page, Paging, keyset
from shared.web.problems import NOT_FOUND, Problem
from shared.web.work import Existing, Work, respond

router = APIRouter(prefix="/customers/{customer_id}/contacts", tags=["contacts"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


def _named(new: NewContact, work: Work) -> NewContact:
    # A refusal is no stored answer: without an id that a retry has too, each retry would be one more violation.
    if new.id is not None or work.key is None:
        return new
    return new.model_copy(update={"id": str(uuid5(NAMESPACE_URL, f"{work.principal.subject} {work.key}"))})


@router.post("", status_code=201, response_model=ContactView)
async def contact(customer_id: Segment, body: NewContact, work: Posting) -> Response:
    """Somebody is about to contact the customer. Without a consent it is refused (409), and told as a violation.

    It is one contact per id; where none is given, per Idempotency-Key.
    """
    new = _named(body, work)
    created = f"/v1/customers/{customer_id}/contacts/{{id}}"
    command = partial(commands.contact, customer_id=customer_id, new=new)
    try:
        return await work.run(command, Existing.shown_by(ContactView.model_validate), created=created)
    except NoConsentError:
        # The refused command left nothing behind; what it tells is kept in a transaction of its own.
        await work.batch(partial(commands.report, customer_id=customer_id, new=new))
        raise


@router.get("/{contact_id}", response_model=ContactView)
async def read(customer_id: Segment, contact_id: Segment, session: Reading) -> Response:
    """One contact, made or refused."""
    row = await session.get(Contact, contact_id)
    if row is None or row.customer_id != customer_id:
        raise Problem(NOT_FOUND, f"no contact {contact_id}")
    return respond(row, ContactView.model_validate)


@router.get("")
async def read_page(
    customer_id: Segment, session: Reading, paging: Paging, refused: bool | None = None
) -> Page[ContactView]:
    """Contacts as they were taken down, oldest first; `refused`: the violations alone, or the others."""
    query = select(Contact).where(col(Contact.customer_id) == customer_id)
    if refused is not None:
        query = query.where(col(Contact.refused) == refused)
    order = col(Contact.created_at), col(Contact.id)
    rows, following = await keyset(session, query, paging.limit, paging.cursor, *order)
    return paging.page([ContactView.model_validate(row) for row in rows], following)
