"""REST: what a customer prefers, and whether it was acted upon."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.customers.preferences import commands, queries
from services.customers.preferences.models import NewPreference, PreferenceStep, PreferenceView
from services.customers.preferences.queries import Filters
from services.customers.profiles.belongings import Target
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/customers/{customer_id}/preferences", tags=["preferences"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


def _target(customer_id: Segment, preference_id: Segment, if_match: IfMatchDemanded) -> Target:
    return Target(customer_id, preference_id, if_match)


Meant = Annotated[Target, Depends(_target)]


@router.post("", status_code=201, response_model=PreferenceView)
async def state(customer_id: Segment, body: NewPreference, work: Posting) -> Response:
    """The customer tells what they prefer."""
    command = partial(commands.state, customer_id=customer_id, new=body)
    created = f"/v1/customers/{customer_id}/preferences/{{id}}"
    return await work.run(command, Existing.shown_by(PreferenceView.model_validate), created=created)


@router.get("/{preference_id}", response_model=PreferenceView)
async def read(customer_id: Segment, preference_id: Segment, session: Reading) -> Response:
    """One preference."""
    return respond(await queries.one(session, customer_id, preference_id), PreferenceView.model_validate)


@router.get("/{preference_id}/history")
async def read_history(
    customer_id: Segment, preference_id: Segment, session: Reading, paging: Paging
) -> Page[ChangeView]:
    """Every use of a preference and what else changed it, the newest first."""
    await queries.one(session, customer_id, preference_id)
    return await history.page(session, paging, "preference", preference_id)


@router.get("")
async def read_page(
    customer_id: Segment, session: Reading, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[PreferenceView]:
    """What a customer prefers, as it was taken down, oldest first."""
    rows, following = await queries.page(session, customer_id, paging.limit, paging.cursor, filters)
    return paging.page([PreferenceView.model_validate(row) for row in rows], following)


@router.post("/{preference_id}/use", response_model=PreferenceView)
async def use(body: PreferenceStep, target: Meant, work: Posting) -> Response:
    """We did as the customer prefers, once more."""
    return await work.run(partial(commands.use, target=target, told=body.occurred_at), PreferenceView.model_validate)


@router.post("/{preference_id}/withdraw", response_model=PreferenceView)
async def withdraw(body: PreferenceStep, target: Meant, work: Posting) -> Response:
    """The customer prefers it no more."""
    command = partial(commands.withdraw, target=target, told=body.occurred_at)
    return await work.run(command, PreferenceView.model_validate)
