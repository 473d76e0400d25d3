"""REST: erasure (C10): a person forgotten by every service, with a receipt."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from services.customers.erasures import commands, queries
from services.customers.erasures.models import ErasureView
from shared.events.values import ID_PATTERN
from shared.web.app import Administrators, Reading, Writing
from shared.web.openapi import header
from shared.web.work import Existing, respond

router = APIRouter(tags=["erasures"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: header("Location"),
    200: {"model": ErasureView, "description": "It was demanded already"},
}


def _as_is(view: ErasureView) -> ErasureView:
    return view


# Not called `customer_id` as elsewhere: of who is erased, only this path answers.
@router.delete(
    "/customers/{person_id}/personal-data",
    status_code=202,
    response_model=ErasureView,
    responses=ACCEPTED,
    dependencies=[Administrators],
)
async def erase(person_id: Segment, work: Writing) -> Response:
    """The customer demands to be forgotten, under every id they have; it can not be taken back."""
    command = partial(commands.erase, customer_id=person_id, erased=work.erased)
    answer = await work.run(command, Existing.shown_by(_as_is), created="/v1/erasures/{id}")
    if answer.status_code == 201:
        answer.status_code = 202  # the other services are still to answer
    return answer


@router.get("/erasures/{erasure_id}", response_model=ErasureView)
async def read(erasure_id: Segment, session: Reading) -> Response:
    """The receipt: which services hold nothing of the person any more."""
    return respond(await queries.receipt(session, erasure_id), _as_is)
