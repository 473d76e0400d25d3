"""REST: root causes, which of them recur, and what is done against them (K09)."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.causes import commands, queries
from services.complaints.causes.commands import Target
from services.complaints.causes.models import ActionView, CauseView, Completion, NewAction
from services.complaints.causes.queries import Filters, Scope
from services.complaints.rates.api import Asked, Bounds
from services.complaints.served.queries import UNKNOWN_ZONE, zone
from shared import clock
from shared.events.complaints import Category
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatchDemanded, Posting, Reading
from shared.web.auth import Principal
from shared.web.cursors import Page, Paging
from shared.web.fields import Id
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(tags=["causes"])
OF_COMPLAINT = "/complaints/{complaint_id}/corrective-actions"
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


def _target(complaint_id: Segment, action_id: Segment, caller: Caller, if_match: IfMatchDemanded) -> Target:
    return Target(complaint_id, action_id, if_match, caller)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Whose causes, and of which category of cases."""

    store_id: Id | None = None
    category: Category | None = None

    async def scope(self, session: AsyncSession, caller: Principal, asked: Bounds) -> Scope:
        """The cases that are meant; raises a 404 problem for another store's."""
        if self.store_id is None:
            return Scope(*asked.period(UNKNOWN_ZONE), caller.stores, self.category)
        caller.hide_other_stores(self.store_id)
        return Scope(*asked.period(await zone(session, self.store_id)), [self.store_id], self.category)


@router.get("/causes")
async def read_causes(
    session: Reading, caller: Caller, asked: Asked, narrowed: Annotated[Narrowed, Depends()], paging: Paging
) -> Page[CauseView]:
    """The root causes of the cases resolved in a period, those that recur first; of a bound token, of its stores.

    Days are those of the store that is asked for, else of UTC. A category narrows the base rates too, a store does not.
    """
    found = await queries.causes(session, await narrowed.scope(session, caller, asked))
    return paging.cut(found, lambda cause: cause.root_cause)


@router.get("/corrective-actions")
async def read_actions(
    session: Reading, caller: Caller, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[ActionView]:
    """What is done about any complaint's cause, in the order of due times; of a bound token, in its stores."""
    conditions = filters.conditions(clock.now())
    rows, following = await queries.page(session, caller, paging.limit, paging.cursor, conditions)
    return paging.page([ActionView.model_validate(row) for row in rows], following)


@router.post(OF_COMPLAINT, status_code=201, response_model=ActionView)
async def agree(complaint_id: Segment, body: NewAction, work: Posting) -> Response:
    """Something is to be done so that it does not happen again."""
    command = partial(commands.agree, complaint_id=complaint_id, new=body, caller=work.principal)
    created = f"/v1/complaints/{complaint_id}/corrective-actions/{{id}}"
    return await work.run(command, Existing.shown_by(ActionView.model_validate), created=created)


@router.get(OF_COMPLAINT + "/{action_id}", response_model=ActionView)
async def read_action(complaint_id: Segment, action_id: Segment, session: Reading, caller: Caller) -> Response:
    """One corrective action."""
    return respond(await queries.action(session, complaint_id, action_id, caller), ActionView.model_validate)


@router.get(OF_COMPLAINT + "/{action_id}/history")
async def read_history(
    complaint_id: Segment, action_id: Segment, session: Reading, caller: Caller, paging: Paging
) -> Page[ChangeView]:
    """Every change of a corrective action, the newest first."""
    await queries.action(session, complaint_id, action_id, caller)
    return await history.page(session, paging, "corrective_action", action_id)


@router.post(OF_COMPLAINT + "/{action_id}/complete", response_model=ActionView)
async def complete(body: Completion, target: Annotated[Target, Depends(_target)], work: Posting) -> Response:
    """It was done."""
    return await work.run(partial(commands.complete, target=target, told=body), ActionView.model_validate)
