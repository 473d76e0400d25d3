"""REST: What a customer requires, and whether what we delivered conforms (C12)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.customers.requirements import commands, queries
from services.customers.requirements.commands import Target
from services.customers.requirements.models import (
    AboutView,
    CheckView,
    NewCheck,
    NewRequirement,
    RequirementView,
    Withdrawal,
)
from services.customers.requirements.tables import RequirementCheck
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/customers/{customer_id}/requirements", tags=["requirements"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]
_view = RequirementView.model_validate


def _check_view(row: RequirementCheck) -> CheckView:
    known = row.about_kind is not None and row.about_id is not None
    about = AboutView(kind=str(row.about_kind), id=str(row.about_id)) if known else None
    return CheckView.model_validate(row.model_dump() | {"about": about})


def _target(customer_id: Segment, requirement_id: Segment) -> Target:
    return Target(customer_id, requirement_id)


Meant = Annotated[Target, Depends(_target)]


@router.post("", status_code=201, response_model=RequirementView)
async def state(customer_id: Segment, body: NewRequirement, work: Posting) -> Response:
    """The customer says what they require of us."""
    command = partial(commands.state, customer_id=customer_id, new=body)
    created = f"/v1/customers/{customer_id}/requirements/{{id}}"
    return await work.run(command, Existing.shown_by(_view), created=created)


@router.get("")
async def read_page(customer_id: Segment, session: Reading, paging: Paging) -> Page[RequirementView]:
    """What the customer requires, or required once, as it was taken down, oldest first."""
    rows, following = await queries.page(session, paging.limit, paging.cursor, customer_id)
    return paging.page([_view(row) for row in rows], following)


@router.get("/{requirement_id}", response_model=RequirementView)
async def read(meant: Meant, session: Reading) -> Response:
    """One requirement."""
    return respond(await queries.one(session, meant.customer_id, meant.id), _view)


@router.get("/{requirement_id}/history")
async def read_history(meant: Meant, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a requirement, and its checks, the newest first."""
    await queries.one(session, meant.customer_id, meant.id)
    return await history.page(session, paging, "requirement", meant.id)


@router.post("/{requirement_id}/checks", status_code=201, response_model=CheckView)
async def check(meant: Meant, body: NewCheck, work: Posting) -> Response:
    """What we delivered was held against the requirement."""
    created = f"/v1/customers/{meant.customer_id}/requirements/{meant.id}/checks/{{id}}"
    command = partial(commands.check, target=meant, new=body)
    return await work.run(command, Existing.shown_by(_check_view), created=created)


@router.get("/{requirement_id}/checks")
async def read_checks(meant: Meant, session: Reading, paging: Paging) -> Page[CheckView]:
    """The checks of a requirement as they were taken down, oldest first."""
    requirement = await queries.one(session, meant.customer_id, meant.id)
    rows, following = await queries.checks(session, paging.limit, paging.cursor, requirement)
    return paging.page([_check_view(row) for row in rows], following)


@router.get("/{requirement_id}/checks/{check_id}", response_model=CheckView)
async def read_check(meant: Meant, check_id: Segment, session: Reading) -> Response:
    """One check."""
    requirement = await queries.one(session, meant.customer_id, meant.id)
    return respond(await queries.one_check(session, requirement, check_id), _check_view)


@router.post("/{requirement_id}/withdraw", response_model=RequirementView)
async def withdraw(meant: Meant, body: Withdrawal, work: Posting, if_match: IfMatchDemanded) -> Response:
    """The customer requires it no more."""
    command = partial(commands.withdraw, target=meant, told=body.occurred_at, if_match=if_match)
    return await work.run(command, _view)
