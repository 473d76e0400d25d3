"""REST: Two records of one customer, joined and parted (C04)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.customers.merges import commands
from services.customers.merges.models import Merge, Unmerge
from services.customers.profiles.known import Known
from services.customers.profiles.models import CustomerView
from shared.events.values import ID_PATTERN
from shared.web.app import IfMatchDemanded, Posting, Writing

router = APIRouter(prefix="/customers/{customer_id}/merge", tags=["merges"])
CustomerId = Annotated[str, Path(pattern=ID_PATTERN)]


@router.post("", response_model=CustomerView)
async def merge(customer_id: CustomerId, body: Merge, work: Posting, if_match: IfMatchDemanded) -> Response:
    """This record is of the customer `into` (with this record's `If-Match`).

    From then on its profile stays as it is, its external ids find `into`, and scores count both histories as one.
    """
    return await work.run(partial(commands.merge, customer_id=customer_id, told=body, if_match=if_match), Known.view)


@router.delete("", response_model=CustomerView)
async def unmerge(
    customer_id: CustomerId, work: Writing, if_match: IfMatchDemanded, body: Unmerge | None = None
) -> Response:
    """The record is a customer of their own again (with its `If-Match`); each keeps what came under its id."""
    command = partial(commands.unmerge, customer_id=customer_id, told=body or Unmerge(), if_match=if_match)
    return await work.run(command, Known.view)
