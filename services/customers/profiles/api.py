"""REST: customers (C01)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.customers.profiles import commands, queries
from services.customers.profiles.known import Known
from services.customers.profiles.models import CustomerView, NewCustomer, Profile, ProfilePatch
from services.customers.profiles.queries import Filters
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatch, IfMatchDemanded, Posting, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import respond

router = APIRouter(prefix="/customers", tags=["customers"])
CustomerId = Annotated[str, Path(pattern=ID_PATTERN)]
CREATED = "/v1/customers/{id}"


@router.post("", status_code=201, response_model=CustomerView)
async def register(body: NewCustomer, work: Posting) -> Response:
    """Create a customer, under an id of your choice or ours."""
    return await work.run(partial(commands.register, new=body), Known.view, created=CREATED)


@router.put("/{customer_id}", status_code=201, response_model=CustomerView)
async def put(customer_id: CustomerId, body: Profile, work: Writing, if_match: IfMatch) -> Response:
    """Create a customer under this id, or replace the profile (with `If-Match`)."""
    command = partial(commands.put, customer_id=customer_id, profile=body, if_match=if_match)
    return await work.run(command, Known.view, created=CREATED)


@router.patch("/{customer_id}", response_model=CustomerView)
async def amend(customer_id: CustomerId, body: ProfilePatch, work: Writing, if_match: IfMatchDemanded) -> Response:
    """Change some fields of a profile (with `If-Match`)."""
    command = partial(commands.amend, customer_id=customer_id, patch=body, if_match=if_match)
    return await work.run(command, Known.view)


@router.get("/{customer_id}", response_model=CustomerView)
async def read(customer_id: CustomerId, session: Reading) -> Response:
    """One customer; any store may ask: one customer serves every store.

    A record that was merged into another shows itself, with `merged_into`.
    """
    return respond(await queries.one(session, customer_id), Known.view)


@router.get("/{customer_id}/history")
async def read_history(customer_id: CustomerId, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a profile, its consents and stated exits, the newest first."""
    await queries.one(session, customer_id)
    return await history.page(session, paging, "customer", customer_id)


@router.get("")
async def read_page(
    session: Reading,
    caller: Caller,
    paging: Paging,
    filters: Annotated[Filters, Depends()],
    external_id: Annotated[str | None, Query(max_length=200, description="system:value")] = None,
) -> Page[CustomerView]:
    """Customers in the order of their ids; a record that was merged into another only with `merged_into`.

    An external id finds the customer whom it stands for today: of a merged record, whom it was merged into.
    """
    known, following = await queries.page(session, caller, paging, external_id, filters)
    return paging.page([k.view() for k in known], following)
