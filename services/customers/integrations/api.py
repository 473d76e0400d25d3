"""REST: integrations with a customer's own processes, and what goes through them (C13)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.customers.integrations import commands, queries, using
from services.customers.integrations.models import IntegrationView, NewIntegration, NewUse, Parting, Start, UseView
from services.customers.integrations.queries import Filters
from services.customers.profiles.belongings import Target
from shared.events.customers import UseKind
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/customers/{customer_id}/integrations", tags=["integrations"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


def _target(customer_id: Segment, integration_id: Segment, if_match: IfMatchDemanded) -> Target:
    return Target(customer_id, integration_id, if_match)


Meant = Annotated[Target, Depends(_target)]


@router.post("", status_code=201, response_model=IntegrationView)
async def offer(customer_id: Segment, body: NewIntegration, work: Posting) -> Response:
    """We offer to join our processes to the customer's."""
    command = partial(commands.offer, customer_id=customer_id, new=body)
    created = f"/v1/customers/{customer_id}/integrations/{{id}}"
    return await work.run(command, Existing.shown_by(IntegrationView.model_validate), created=created)


@router.get("/{integration_id}", response_model=IntegrationView)
async def read(customer_id: Segment, integration_id: Segment, session: Reading) -> Response:
    """One integration."""
    return respond(await queries.one(session, customer_id, integration_id), IntegrationView.model_validate)


@router.get("/{integration_id}/history")
async def read_history(
    customer_id: Segment, integration_id: Segment, session: Reading, paging: Paging
) -> Page[ChangeView]:
    """Every step of an integration and what it changed, the newest first."""
    await queries.one(session, customer_id, integration_id)
    return await history.page(session, paging, "integration", integration_id)


@router.get("")
async def read_page(
    customer_id: Segment, session: Reading, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[IntegrationView]:
    """A customer's integrations as they were taken down, oldest first."""
    rows, following = await queries.page(session, customer_id, paging, filters)
    return paging.page([IntegrationView.model_validate(row) for row in rows], following)


@router.post("/{integration_id}/start", response_model=IntegrationView)
async def start(body: Start, target: Meant, work: Posting) -> Response:
    """Our processes are joined."""
    return await work.run(partial(commands.start, target=target, told=body), IntegrationView.model_validate)


@router.post("/{integration_id}/decline", response_model=IntegrationView)
async def decline(body: Parting, target: Meant, work: Posting) -> Response:
    """The customer does not want it."""
    return await work.run(partial(commands.decline, target=target, told=body), IntegrationView.model_validate)


@router.post("/{integration_id}/end", response_model=IntegrationView)
async def end(body: Parting, target: Meant, work: Posting) -> Response:
    """Our processes are apart again."""
    return await work.run(partial(commands.end, target=target, told=body), IntegrationView.model_validate)


@router.post("/{integration_id}/use", status_code=201, response_model=UseView)
async def use(customer_id: Segment, integration_id: Segment, body: NewUse, work: Posting) -> Response:
    """Something went through the integration; one that is told late is taken if it was active then."""
    command = partial(using.use, customer_id=customer_id, integration_id=integration_id, new=body)
    created = f"/v1/customers/{customer_id}/integrations/{integration_id}/uses/{{id}}"
    return await work.run(command, Existing.shown_by(UseView.model_validate), created=created)


@router.get("/{integration_id}/uses/{use_id}", response_model=UseView)
async def read_use(customer_id: Segment, integration_id: Segment, use_id: Segment, session: Reading) -> Response:
    """One use."""
    return respond(await queries.one_use(session, customer_id, integration_id, use_id), UseView.model_validate)


@router.get("/{integration_id}/uses")
async def read_uses(
    customer_id: Segment, integration_id: Segment, session: Reading, paging: Paging, kind: UseKind | None = None
) -> Page[UseView]:
    """What went through an integration as it was taken down, oldest first."""
    await queries.one(session, customer_id, integration_id)
    rows, following = await queries.uses(session, integration_id, paging, kind)
    return paging.page([UseView.model_validate(row) for row in rows], following)
