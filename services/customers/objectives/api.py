"""REST: Individual objectives for a customer, and their strategies (C11).

Every step demands `If-Match`: nobody changes an objective that is not as they read it.
"""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.customers.objectives import commands, queries
from services.customers.objectives.domain import State
from services.customers.objectives.models import (
    Closing,
    NewObjective,
    ObjectivePatch,
    ObjectiveView,
    Progress,
    Review,
    StrategyView,
)
from services.customers.objectives.queries import aim
from services.customers.objectives.strategies import STRATEGIES, StrategyKind
from services.customers.objectives.tables import Objective
from services.customers.profiles.belongings import Target
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatchDemanded, Posting, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(tags=["objectives"])
ALL = "/customers/{customer_id}/objectives"
ONE = ALL + "/{objective_id}"
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(row: Objective) -> ObjectiveView:
    return ObjectiveView.model_validate(row.model_dump() | {"state": aim(row).state})


def _target(customer_id: Segment, objective_id: Segment, if_match: IfMatchDemanded) -> Target:
    return Target(customer_id, objective_id, if_match)


Meant = Annotated[Target, Depends(_target)]


@router.get("/strategies")
async def read_strategies(paging: Paging, kind: StrategyKind | None = None) -> Page[StrategyView]:
    """The catalogue of strategies, those that win customers first; an objective names one by its code."""
    found = [StrategyView.model_validate(each) for each in STRATEGIES if kind in {None, each.kind}]
    return paging.cut(found, lambda strategy: strategy.code)


@router.post(ALL, status_code=201, response_model=ObjectiveView)
async def set_up(customer_id: Segment, body: NewObjective, work: Posting) -> Response:
    """We want to reach something with the customer."""
    command = partial(commands.set_up, customer_id=customer_id, new=body)
    created = f"/v1/customers/{customer_id}/objectives/{{id}}"
    return await work.run(command, Existing.shown_by(_view), created=created)


@router.get(ALL)
async def read_page(
    customer_id: Segment, session: Reading, paging: Paging, state: State | None = None
) -> Page[ObjectiveView]:
    """The customer's objectives as they were taken down, oldest first."""
    rows, following = await queries.page(session, paging.limit, paging.cursor, customer_id, state)
    return paging.page([_view(row) for row in rows], following)


@router.get(ONE, response_model=ObjectiveView)
async def read(customer_id: Segment, objective_id: Segment, session: Reading) -> Response:
    """One objective."""
    return respond(await queries.one(session, customer_id, objective_id), _view)


@router.get(ONE + "/history")
async def read_history(
    customer_id: Segment, objective_id: Segment, session: Reading, paging: Paging
) -> Page[ChangeView]:
    """Every change of an objective, its reviews too, the newest first."""
    await queries.one(session, customer_id, objective_id)
    return await history.page(session, paging, "objective", objective_id)


@router.patch(ONE, response_model=ObjectiveView)
async def set_again(body: ObjectivePatch, target: Meant, work: Writing) -> Response:
    """Another target, due time or strategy, while it is open."""
    return await work.run(partial(commands.set_again, target=target, patch=body), _view)


@router.post(ONE + "/progress", response_model=ObjectiveView)
async def progress(body: Progress, target: Meant, work: Posting) -> Response:
    """How far it is, in its unit; it may go down, and reaching the target does not close it."""
    return await work.run(partial(commands.progress, target=target, told=body), _view)


@router.post(ONE + "/review", response_model=ObjectiveView)
async def review(body: Review, target: Meant, work: Posting) -> Response:
    """It was looked at, together with the customer or not."""
    return await work.run(partial(commands.review, target=target, told=body), _view)


@router.post(ONE + "/close", response_model=ObjectiveView)
async def close(body: Closing, target: Meant, work: Posting) -> Response:
    """It counts no more: it was reached, or given up."""
    return await work.run(partial(commands.close, target=target, told=body), _view)
