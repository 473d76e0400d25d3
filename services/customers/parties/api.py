"""REST: those who have to do with customers: vendors, suppliers, intermediaries, partners, employees (C02)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.customers.parties import commands, queries
from services.customers.parties.models import Leaving, NewParty, PartyPatch, PartyView
from services.customers.parties.queries import Filters
from services.customers.parties.tables import Party
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatchDemanded, Posting, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/partners", tags=["parties"])
PartyId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(row: Party) -> PartyView:
    return PartyView.model_validate(row)


@router.post("", status_code=201, response_model=PartyView)
async def register(body: NewParty, work: Posting) -> Response:
    """Somebody has to do with customers; a token bound to stores registers their own employees alone."""
    command = partial(commands.register, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/partners/{id}")


@router.patch("/{party_id}", response_model=PartyView)
async def amend(party_id: PartyId, body: PartyPatch, work: Writing, if_match: IfMatchDemanded) -> Response:
    """Change some of what is known of a party (with `If-Match`)."""
    command = partial(commands.amend, party_id=party_id, patch=body, if_match=if_match, caller=work.principal)
    return await work.run(command, _view)


@router.post("/{party_id}/leave", response_model=PartyView)
async def leave(party_id: PartyId, body: Leaving, work: Posting, if_match: IfMatchDemanded) -> Response:
    """The party leaves, and every open relationship of theirs ends or goes over to who takes their place."""
    command = partial(commands.leave, party_id=party_id, told=body, if_match=if_match, caller=work.principal)
    return await work.run(command, _view)


@router.get("/{party_id}", response_model=PartyView)
async def read(party_id: PartyId, session: Reading) -> Response:
    """One party; any store may ask who has to do with its customers."""
    return respond(await queries.one(session, party_id), _view)


@router.get("/{party_id}/history")
async def read_history(party_id: PartyId, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a party, the newest first."""
    await queries.one(session, party_id)
    return await history.page(session, paging, "party", party_id)


@router.get("")
async def read_page(session: Reading, filters: Annotated[Filters, Depends()], paging: Paging) -> Page[PartyView]:
    """Parties as they were taken down, oldest first."""
    rows, following = await queries.page(session, paging.limit, paging.cursor, filters)
    return paging.page([_view(row) for row in rows], following)
