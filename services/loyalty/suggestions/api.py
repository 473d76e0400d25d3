"""REST: what would suit a customer, what was put to them, and the models behind it (L07)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.loyalty.suggestions import commands, proposing, queries
from services.loyalty.suggestions.commands import Target
from services.loyalty.suggestions.domain import Kind
from services.loyalty.suggestions.models import (
    Answer,
    ModelView,
    NewModel,
    NewSuggestion,
    Proposals,
    SuggestionView,
)
from services.loyalty.suggestions.queries import Filters
from services.loyalty.suggestions.tables import Suggestion, SuggestionModel
from services.loyalty.suggestions.telling import standing
from shared import clock
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Administrators, Caller, IfMatchDemanded, Posting, Reading, WholeChain
from shared.web.auth import Principal
from shared.web.cursors import Page, Paging
from shared.web.fields import Instant
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(tags=["suggestions"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]
Most = Annotated[int, Query(ge=1, le=50, description="proposals at most")]


def _target(suggestion_id: Segment, caller: Caller, if_match: IfMatchDemanded) -> Target:
    return Target(suggestion_id, if_match, caller)


Meant = Annotated[Target, Depends(_target)]


def _view(row: Suggestion, caller: Principal) -> SuggestionView:
    """Why it was declined is for its own store: where it has none, for who serves all."""
    hidden = {} if caller.serves(row.store_id) else {"reason": None}
    return SuggestionView.model_validate(row.model_dump() | {"state": standing(row).state} | hidden)


def _without_reason(change: ChangeView) -> ChangeView:
    before = change.before and {name: told for name, told in change.before.items() if name != "reason"}
    after = {name: told for name, told in change.after.items() if name != "reason"}
    return change.model_copy(update={"before": before, "after": after})


def _model_view(row: SuggestionModel) -> ModelView:
    return ModelView.model_validate(row)


@router.get("/customers/{customer_id}/suggestions")
async def propose(
    customer_id: Segment, session: Reading, limit: Most = 10, kind: Kind | None = None, as_of: Instant | None = None
) -> Proposals:
    """What would suit the customer, with the reason: computed from the newest model, and nothing is noted of it.

    `as_of`: by what was known then.
    """
    return await proposing.propose(session, customer_id, as_of or clock.now(), kind, limit)


@router.post("/suggestions", status_code=201, response_model=SuggestionView)
async def make(body: NewSuggestion, work: Posting) -> Response:
    """It was put to the customer."""
    command, view = partial(commands.make, new=body, caller=work.principal), partial(_view, caller=work.principal)
    return await work.run(command, Existing.shown_by(view), created="/v1/suggestions/{id}")


@router.get("/suggestions")
async def read_page(
    session: Reading, caller: Caller, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[SuggestionView]:
    """Suggestions that were made, the oldest first; `open`: without an answer."""
    rows, following = await queries.page(session, caller, paging.limit, paging.cursor, filters)
    return paging.page([_view(row, caller) for row in rows], following)


@router.get("/suggestions/{suggestion_id}", response_model=SuggestionView)
async def read(suggestion_id: Segment, session: Reading, caller: Caller) -> Response:
    """One suggestion that was made."""
    return respond(await queries.one(session, suggestion_id, caller), partial(_view, caller=caller))


@router.get("/suggestions/{suggestion_id}/history")
async def read_history(suggestion_id: Segment, session: Reading, caller: Caller, paging: Paging) -> Page[ChangeView]:
    """How it was made and answered, the newest first."""
    row = await queries.one(session, suggestion_id, caller)
    page = await history.page(session, paging, "suggestion", suggestion_id)
    if not caller.serves(row.store_id):
        page.items = [_without_reason(change) for change in page.items]
    return page


@router.post("/suggestions/{suggestion_id}/answer", response_model=SuggestionView)
async def answer(body: Answer, target: Meant, work: Posting) -> Response:
    """The customer took it, or declined it; once."""
    return await work.run(partial(commands.answer, target=target, told=body), partial(_view, caller=target.caller))


@router.post("/suggestion-models", status_code=201, response_model=ModelView, dependencies=[Administrators])
async def ask(body: NewModel, work: Posting) -> Response:
    """Ask for a model of what customers buy together; the worker trains it, and its own address tells how far it is."""
    command = partial(commands.ask, new=body)
    return await work.run(command, Existing.shown_by(_model_view), created="/v1/suggestion-models/{id}")


@router.get("/suggestion-models", dependencies=[WholeChain])
async def read_models(session: Reading, paging: Paging) -> Page[ModelView]:
    """Models in the order in which they were asked for.

    Kept are the last three that were trained, the one of the greatest `as_of`, and the last three that failed.
    """
    rows, following = await queries.models(session, paging.limit, paging.cursor)
    return paging.page([_model_view(row) for row in rows], following)


@router.get("/suggestion-models/{model_id}", response_model=ModelView, dependencies=[WholeChain])
async def read_model(model_id: Segment, session: Reading) -> Response:
    """One model."""
    return respond(await queries.model(session, model_id), _model_view)
