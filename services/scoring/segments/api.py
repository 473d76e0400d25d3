"""REST: segments (S07). A team says by a rule who is in one; the evaluator keeps it current."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.scoring.base import Segment
from services.scoring.membership.fields import CATALOGUE
from services.scoring.membership.operators import OPERATORS
from services.scoring.segments import commands, queries, trial
from services.scoring.segments.models import (
    FieldsView,
    FieldView,
    Member,
    Members,
    Preview,
    PreviewAsked,
    SegmentTold,
    SegmentView,
)
from shared.events.values import ID_PATTERN
from shared.outbox import Transaction
from shared.web.app import Caller, IfMatch, Posting, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.work import Existing, respond

router = APIRouter(tags=["segments"])
SegmentId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(row: Segment) -> SegmentView:
    return SegmentView.model_validate(row)


@router.put("/segments/{segment_id}", status_code=201, response_model=SegmentView)
async def put(segment_id: SegmentId, body: SegmentTold, work: Writing, if_match: IfMatch) -> Response:
    """Define a segment under this id, or replace it (with `If-Match`).

    A card that is asked for is held against its rule at once. Lists tell of nobody as soon as it is not `active`;
    to another rule they come as the evaluator makes the cards anew: `due` of its members tells how far it is.
    """
    command = partial(commands.put, segment_id=segment_id, told=body, if_match=if_match, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/segments/{id}")


@router.get("/segments/{segment_id}", response_model=SegmentView)
async def read(segment_id: SegmentId, session: Reading) -> Response:
    """One segment."""
    return respond(await queries.one(session, segment_id), _view)


@router.get("/segments")
async def read_page(
    session: Reading,
    paging: Paging,
    active: Annotated[bool | None, Query(description="those in use, or those that are not")] = None,
) -> Page[SegmentView]:
    """Segments in the order of their ids."""
    rows, following = await queries.page(session, active, paging.limit, paging.cursor)
    return paging.page([_view(row) for row in rows], following)


@router.get("/segment-fields")
async def fields() -> FieldsView:
    """The fields of cards that rules may ask of."""
    told = [
        FieldView(
            name=kind.name,
            type=kind.type,
            meaning=kind.meaning,
            operators=list(OPERATORS[kind.type]),
            values=list(kind.values) or None,
        )
        for kind in CATALOGUE.values()
    ]
    return FieldsView(items=told)


@router.post("/segments/preview", response_model=Preview)
async def preview(body: PreviewAsked, work: Posting) -> Response:
    """Who would be in a segment by this rule, from the cards as they are stored; for the whole chain's tokens.

    A few at once are taken, others are asked to come back (429).
    """
    work.principal.demand_chain()
    with trial.TURNS.one():
        return await work.run(partial(_preview, asked=body), _same)


@router.get("/segments/{segment_id}/members")
async def members(
    segment_id: SegmentId,
    session: Reading,
    caller: Caller,
    paging: Paging,
    left: Annotated[bool, Query(description="who left instead of who is in it")] = False,
) -> Members:
    """Who is in a segment and since when, for the whole chain's tokens."""
    caller.demand_chain()
    segment = await queries.one(session, segment_id)
    rows, following = await queries.members(session, segment, left, paging.limit, paging.cursor)
    page = paging.page([Member.model_validate(row) for row in rows], following)
    return Members(items=page.items, next=page.next, due=await queries.due(session, segment))


async def _preview(tx: Transaction, asked: PreviewAsked) -> Preview:
    return await trial.preview(tx.session, asked)


def _same(found: Preview) -> Preview:
    return found
