"""REST: the acquisition pipeline (C05). A prospect's id is the customer's.

Every step demands `If-Match`: nobody moves a prospect who is not as they read it.
"""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.customers.prospects import commands, conversion, queries
from services.customers.prospects.commands import Target
from services.customers.prospects.conversion import Period
from services.customers.prospects.models import (
    Closing,
    ConversionView,
    Factor,
    NewProspect,
    ProspectView,
    Qualification,
    StageStep,
)
from services.customers.prospects.queries import Filters
from services.customers.prospects.standing import Standing
from shared import clock
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatchDemanded, Posting, Reading, WholeChain
from shared.web.cursors import Page, Paging
from shared.web.fields import Day
from shared.web.history import ChangeView
from shared.web.work import respond

router = APIRouter(prefix="/prospects", tags=["prospects"])
CustomerId = Annotated[str, Path(pattern=ID_PATTERN)]


def _target(customer_id: CustomerId, if_match: IfMatchDemanded) -> Target:
    return Target(customer_id, if_match)


def _period(
    since: Annotated[Day | None, Query(alias="from", description="the first day, UTC")] = None,
    until: Annotated[Day | None, Query(alias="to", description="the day after the last")] = None,
) -> Period:
    return Period(since, until)


Meant = Annotated[Target, Depends(_target)]


class ConversionPage(Page[ConversionView]):
    """Conversion by value of a factor; `total`: of everybody, whatever their value."""

    by: Factor
    total: ConversionView


@router.post("", status_code=201, response_model=ProspectView)
async def begin(body: NewProspect, work: Posting) -> Response:
    """A customer enquires: an acquisition begins, the first one or the one after a lost one.

    A purchase since then that is known already moves it at once.
    """
    command = partial(commands.begin, new=body, caller=work.principal)
    return await work.run(command, Standing.view, created="/v1/prospects/{id}")


@router.get("", response_model=Page[ProspectView])
async def read_page(
    session: Reading, caller: Caller, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[ProspectView]:
    """Prospects as they were taken down, oldest first; of a token bound to stores, theirs."""
    conditions = filters.conditions(clock.now())
    found, following = await queries.page(session, caller, paging.limit, paging.cursor, conditions)
    return paging.page([standing.view() for standing in found], following)


@router.get("/conversion", dependencies=[WholeChain])
async def read_conversion(
    session: Reading, by: Factor, period: Annotated[Period, Depends(_period)], paging: Paging
) -> ConversionPage:
    """How many of the acquisitions that began in a period were secured, by a factor as the profile tells it now.

    `environment` is `region/sector`, with `?` for one that is not known.
    """
    rows, following = await conversion.page(session, by, period, paging.limit, paging.cursor)
    page = paging.page(rows, following)
    total = await conversion.total(session, period)
    return ConversionPage(items=page.items, next=page.next, by=by, total=total)


@router.get("/{customer_id}", response_model=ProspectView)
async def read(customer_id: CustomerId, session: Reading) -> Response:
    """One prospect; any store may ask, as of the customer."""
    return respond(await queries.one(session, customer_id), Standing.view)


@router.get("/{customer_id}/history")
async def read_history(customer_id: CustomerId, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every step of a customer's acquisitions, the newest first, with its reason and the stages it left out."""
    await queries.one(session, customer_id)
    return await history.page(session, paging, "prospect", customer_id)


@router.post("/{customer_id}/qualify", response_model=ProspectView)
async def qualify(body: Qualification, target: Meant, work: Posting) -> Response:
    """Whether the prospect is worth the effort."""
    return await work.run(partial(commands.qualify, target=target, told=body, caller=work.principal), Standing.view)


@router.post("/{customer_id}/stage", response_model=ProspectView)
async def move(body: StageStep, target: Meant, work: Posting) -> Response:
    """The prospect moves to another stage."""
    return await work.run(partial(commands.move, target=target, told=body, caller=work.principal), Standing.view)


@router.post("/{customer_id}/close", response_model=ProspectView)
async def close(body: Closing, target: Meant, work: Posting) -> Response:
    """The acquisition ends: the customer is secured, or lost."""
    return await work.run(partial(commands.close, target=target, told=body, caller=work.principal), Standing.view)
