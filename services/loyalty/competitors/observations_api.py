"""REST: what was observed of competitors, and whose prices were asked for (L09)."""

from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.loyalty.competitors import observing, queries
from services.loyalty.competitors.observation_models import (
    NewObservation,
    NewPriceMatch,
    ObservationView,
    PriceMatchView,
)
from services.loyalty.competitors.tables import CompetitorObservation, PriceMatchRequest
from shared.events.loyalty import ObservationKind
from shared.events.values import ID_PATTERN
from shared.web.app import Caller, Posting, Reading
from shared.web.auth import Principal
from shared.web.cursors import Page, Paging
from shared.web.fields import Id
from shared.web.work import Existing, respond

router = APIRouter()
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


@dataclass(frozen=True, slots=True)
class Observations:
    """What a list of observations is narrowed to, each named after its field."""

    competitor_id: Id | None = None
    customer_id: Id | None = None
    store_id: Id | None = None
    kind: ObservationKind | None = None


@dataclass(frozen=True, slots=True)
class PriceMatches:
    """What a list of price match requests is narrowed to, each named after its field."""

    competitor_id: Id | None = None
    customer_id: Id | None = None
    store_id: Id | None = None
    granted: bool | None = None


def _observation(row: CompetitorObservation, caller: Principal) -> ObservationView:
    words = {} if caller.serves(row.store_id) else {"note": None}
    return ObservationView.model_validate(row.model_dump() | words)


def _match(row: PriceMatchRequest, caller: Principal) -> PriceMatchView:
    words = {} if caller.serves(row.store_id) else {"reason": None}
    return PriceMatchView.model_validate(row.model_dump() | words)


@router.post("/competitor-observations", status_code=201, response_model=ObservationView)
async def observe(body: NewObservation, work: Posting) -> Response:
    """A competitor had to do with a customer, or was seen by a store."""
    command = partial(observing.observe, new=body, caller=work.principal)
    shown = Existing.shown_by(partial(_observation, caller=work.principal))
    return await work.run(command, shown, created="/v1/competitor-observations/{id}")


@router.get("/competitor-observations")
async def read_observations(
    session: Reading, caller: Caller, filters: Annotated[Observations, Depends()], paging: Paging
) -> Page[ObservationView]:
    """Observations as they were taken down, oldest first."""
    where = [getattr(CompetitorObservation, name) == told for name, told in asdict(filters).items() if told is not None]
    rows, following = await queries.all_told(
        session, CompetitorObservation, caller, paging.limit, paging.cursor, *where
    )
    return paging.page([_observation(row, caller) for row in rows], following)


@router.get("/competitor-observations/{observation_id}", response_model=ObservationView)
async def read_observation(observation_id: Segment, session: Reading, caller: Caller) -> Response:
    """One observation."""
    row = await queries.told(session, CompetitorObservation, observation_id, caller, "observation")
    return respond(row, partial(_observation, caller=caller))


@router.post("/price-match-requests", status_code=201, response_model=PriceMatchView)
async def ask_match(body: NewPriceMatch, work: Posting) -> Response:
    """A customer asked for a competitor's price, and got it or not."""
    command = partial(observing.ask_match, new=body, caller=work.principal)
    shown = Existing.shown_by(partial(_match, caller=work.principal))
    return await work.run(command, shown, created="/v1/price-match-requests/{id}")


@router.get("/price-match-requests")
async def read_matches(
    session: Reading, caller: Caller, filters: Annotated[PriceMatches, Depends()], paging: Paging
) -> Page[PriceMatchView]:
    """Price match requests as they were taken down, oldest first."""
    where = [getattr(PriceMatchRequest, name) == told for name, told in asdict(filters).items() if told is not None]
    rows, following = await queries.all_told(session, PriceMatchRequest, caller, paging.limit, paging.cursor, *where)
    return paging.page([_match(row, caller) for row in rows], following)


@router.get("/price-match-requests/{request_id}", response_model=PriceMatchView)
async def read_match(request_id: Segment, session: Reading, caller: Caller) -> Response:
    """One price match request."""
    row = await queries.told(session, PriceMatchRequest, request_id, caller, "price match request")
    return respond(row, partial(_match, caller=caller))
