"""REST: relationships between customers and those who have to do with them (C02)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.customers.relationships import commands, queries
from services.customers.relationships.models import (
    NewRelationship,
    RelationshipChange,
    RelationshipEnd,
    RelationshipView,
)
from services.customers.relationships.queries import Filters
from services.customers.relationships.tables import Relationship
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatchDemanded, Posting, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/relationships", tags=["relationships"])
RelationshipId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(row: Relationship) -> RelationshipView:
    return RelationshipView.model_validate(row)


@router.post("", status_code=201, response_model=RelationshipView)
async def start(body: NewRelationship, work: Posting) -> Response:
    """A party has a role with a customer."""
    command = partial(commands.start, new=body)
    return await work.run(command, Existing.shown_by(_view), created="/v1/relationships/{id}")


@router.patch("/{relationship_id}", response_model=RelationshipView)
async def change(
    relationship_id: RelationshipId, body: RelationshipChange, work: Writing, if_match: IfMatchDemanded
) -> Response:
    """The relationship is better or worse from now on, or another contact is the primary one (with `If-Match`)."""
    command = partial(commands.change, relationship_id=relationship_id, told=body, if_match=if_match)
    return await work.run(command, _view)


@router.post("/{relationship_id}/end", response_model=RelationshipView)
async def end(
    relationship_id: RelationshipId, body: RelationshipEnd, work: Posting, if_match: IfMatchDemanded
) -> Response:
    """It is over (with `If-Match`); another of the customer's relationships may take its place."""
    command = partial(commands.end, relationship_id=relationship_id, told=body, if_match=if_match)
    return await work.run(command, _view)


@router.get("/{relationship_id}", response_model=RelationshipView)
async def read(relationship_id: RelationshipId, session: Reading) -> Response:
    """One relationship; one customer serves every store."""
    return respond(await queries.one(session, relationship_id), _view)


@router.get("/{relationship_id}/history")
async def read_history(relationship_id: RelationshipId, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a relationship, the newest first."""
    await queries.one(session, relationship_id)
    return await history.page(session, paging, "relationship", relationship_id)


@router.get("")
async def read_page(session: Reading, filters: Annotated[Filters, Depends()], paging: Paging) -> Page[RelationshipView]:
    """Relationships as they were taken down, oldest first; with `decision`, who has to do with a decision."""
    rows, following = await queries.page(session, paging.limit, paging.cursor, filters)
    return paging.page([_view(row) for row in rows], following)
