"""REST: the baggage counter (C08).

`{token}` is a bag's token or its own id: who has lost the token is served by the id. Every step demands `If-Match`.
"""

from datetime import timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from services.customers.baggage import closing, commands, queries
from services.customers.baggage.closing import Closed
from services.customers.baggage.commands import Offered
from services.customers.baggage.domain import demanded
from services.customers.baggage.models import (
    Authentication,
    BagView,
    ContactWithOwner,
    DayView,
    Disposal,
    EndOfDay,
    Inspection,
    LossReport,
    NewBag,
    OfferView,
    Step,
    Tagging,
    ToDo,
)
from services.customers.baggage.queries import Filters
from services.customers.baggage.steps import Target
from services.customers.baggage.tables import Bag
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import respond

router = APIRouter(prefix="/baggage", tags=["baggage"])
Token = Annotated[str, Path(pattern=ID_PATTERN, description="the bag's token, or its id")]


def _target(token: Token, caller: Caller, if_match: IfMatchDemanded) -> Target:
    return Target(token, if_match, caller)


def _retention(request: Request) -> timedelta:
    return timedelta(days=request.app.state.settings.baggage_retention_days)


def _wait(request: Request) -> timedelta:
    return timedelta(days=request.app.state.settings.baggage_owner_days)


Meant = Annotated[Target, Depends(_target)]
Retention = Annotated[timedelta, Depends(_retention)]
Wait = Annotated[timedelta, Depends(_wait)]


def _view(bag: Bag) -> BagView:
    return BagView.model_validate(bag)


def _offer_view(offered: Offered) -> OfferView:
    return OfferView(**_view(offered.bag).model_dump(), token=offered.token)


def _day_view(closed: Closed) -> DayView:
    stands = [bag.model_dump() | {"demanded": demanded(queries.standing(bag), closed.at)} for bag in closed.bags]
    bags = [ToDo.model_validate(each) for each in stands]
    return DayView(store_id=closed.store_id, day=closed.day, unclaimed=closed.unclaimed, bags=bags)


@router.post("", status_code=201, response_model=OfferView)
async def offer(body: NewBag, work: Posting) -> Response:
    """We offered to look after a bag: left with us, or declined. The token is in this answer alone."""
    command = partial(commands.offer, new=body, caller=work.principal)
    return await work.run(command, _offer_view, created="/v1/baggage/{id}")


@router.post("/close-of-day", response_model=DayView)
async def close_day(body: EndOfDay, work: Posting) -> Response:
    """A store's day ends: what is still at the counter is unclaimed, and what is to be done with each is told."""
    return await work.run(partial(closing.close_day, told=body, caller=work.principal), _day_view)


@router.get("")
async def read_page(
    session: Reading, caller: Caller, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[BagView]:
    """Bags as they were taken down, oldest first."""
    bags, following = await queries.page(session, caller, paging.limit, paging.cursor, filters)
    return paging.page([_view(bag) for bag in bags], following)


@router.get("/{token}", response_model=BagView)
async def read(token: Token, session: Reading, caller: Caller) -> Response:
    """One bag."""
    return respond(await queries.one(session, token, caller), _view)


@router.get("/{token}/history")
async def read_history(token: Token, session: Reading, caller: Caller, paging: Paging) -> Page[ChangeView]:
    """Every step of a bag and what it changed, the newest first."""
    bag = await queries.one(session, token, caller)
    return await history.page(session, paging, "bag", bag.id)


@router.post("/{token}/return", response_model=BagView)
async def give_back(body: Step, target: Meant, work: Posting) -> Response:
    """The owner has the bag again: against the token, or after an employee authenticated who lost it."""
    return await work.run(partial(commands.give_back, target=target, told=body), _view)


@router.post("/{token}/report-lost", response_model=BagView)
async def report_lost(body: LossReport, target: Meant, work: Posting) -> Response:
    """Somebody says that the bag is theirs and the token is lost. It opens nothing from now on."""
    return await work.run(partial(commands.report_lost, target=target, told=body), _view)


@router.post("/{token}/authenticate", response_model=BagView)
async def authenticate(body: Authentication, target: Meant, work: Posting) -> Response:
    """A named employee says whether the bag is the claimant's."""
    return await work.run(partial(commands.authenticate, target=target, told=body), _view)


@router.post("/{token}/inspect", response_model=BagView)
async def inspect(body: Inspection, target: Meant, work: Posting) -> Response:
    """Somebody looked for an address on an unclaimed bag, and for what perishes in it."""
    return await work.run(partial(commands.inspect, target=target, told=body), _view)


@router.post("/{token}/contact-owner", response_model=BagView)
async def contact_owner(body: ContactWithOwner, target: Meant, work: Posting, wait: Wait) -> Response:
    """The owner was contacted at the address on the bag."""
    return await work.run(partial(commands.contact_owner, target=target, told=body, wait=wait), _view)


@router.post("/{token}/discard-perishables", response_model=BagView)
async def discard_perishables(body: Step, target: Meant, work: Posting) -> Response:
    """What perishes was taken out of the bag and thrown away."""
    return await work.run(partial(commands.discard_perishables, target=target, told=body), _view)


@router.post("/{token}/tag", response_model=BagView)
async def tag(body: Tagging, target: Meant, work: Posting) -> Response:
    """A tag was attached to the bag."""
    return await work.run(partial(commands.tag, target=target, told=body), _view)


@router.post("/{token}/retain", response_model=BagView)
async def retain(body: Step, target: Meant, work: Posting, retention: Retention) -> Response:
    """The service desk keeps the bag, for the configured days."""
    return await work.run(partial(commands.retain, target=target, told=body, retention=retention), _view)


@router.post("/{token}/dispose", response_model=BagView)
async def dispose(body: Disposal, target: Meant, work: Posting) -> Response:
    """The retention is over, and the bag is gone."""
    return await work.run(partial(commands.dispose, target=target, told=body), _view)
