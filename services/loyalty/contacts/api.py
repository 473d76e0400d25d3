"""REST: how often customers may be contacted (L06); every caller may read it, the chain alone puts it."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.loyalty.contacts import commands, queries
from services.loyalty.contacts.models import PolicyTold, PolicyView
from services.loyalty.contacts.tables import ContactPolicy
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatch, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/contact-policies", tags=["campaigns"])
Channel = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(row: ContactPolicy) -> PolicyView:
    return PolicyView.model_validate(row)


@router.put("/{channel}", status_code=201, response_model=PolicyView)
async def put(channel: Channel, body: PolicyTold, work: Writing, if_match: IfMatch) -> Response:
    """Say how often a customer may be contacted through a channel, over all campaigns, or say it anew (`If-Match`)."""
    command = partial(commands.put_policy, channel=channel, told=body, if_match=if_match, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created=f"/v1/contact-policies/{channel}")


@router.get("/{channel}", response_model=PolicyView)
async def read(channel: Channel, session: Reading) -> Response:
    """One policy that was put."""
    return respond(await queries.one(session, channel), _view)


@router.get("/{channel}/history")
async def read_history(channel: Channel, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a policy, the newest first."""
    await queries.one(session, channel)
    return await history.page(session, paging, "contact_policy", channel)


@router.get("")
async def read_page(session: Reading, paging: Paging) -> Page[PolicyView]:
    """The policies that were put, by channel; for all others the default holds: 8 in 30 days."""
    rows, following = await queries.page(session, paging.limit, paging.cursor)
    return paging.page([_view(row) for row in rows], following)
