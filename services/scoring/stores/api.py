"""REST: the ratings of stores (K08, S06)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from services.scoring.findings.store import Finding
from services.scoring.metrics.reference import rfc3339
from services.scoring.scorecards.asked import AsOf
from services.scoring.stores.closed import closed
from services.scoring.stores.models import Base, Rating, RatingPage
from services.scoring.stores.order import Place, Sort, places
from services.scoring.studies.store_rating import StoreRating
from shared.events.values import ID_PATTERN
from shared.web.app import Caller
from shared.web.cursors import Paging
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter(prefix="/stores", tags=["stores"])
StoreId = Annotated[str, Path(pattern=ID_PATTERN)]


@router.get("/{store_id}/rating")
async def rating(store_id: StoreId, request: Request, caller: Caller, as_of: AsOf = None) -> Rating:
    """A store's rating as the newest close not after `as_of` found it; a token bound to stores sees its own."""
    caller.hide_other_stores(store_id)
    finding = await closed(request, StoreRating.name, as_of)
    if store_id not in finding.content["stores"]:
        raise Problem(NOT_FOUND, f"nothing was known of a store {store_id} as of the close of {rfc3339(finding.as_of)}")
    return _told(finding, store_id)


@router.get("/ratings")
async def ratings(
    request: Request,
    caller: Caller,
    paging: Paging,
    sort: Annotated[
        Sort, Query(description="the best first; without a rating come last; ties by `store_id`")
    ] = Sort.ID,
    as_of: AsOf = None,
) -> RatingPage:
    """Every store with its rating; those of others are left out for a token bound to stores."""
    after = None if paging.cursor is None else Place.of(paging.cursor, sort)
    finding = await closed(request, StoreRating.name, as_of if after is None else after.as_of)
    stores = {store: told for store, told in finding.content["stores"].items() if caller.serves(store)}
    behind = [place for place in places(stores, sort, finding.as_of) if after is None or place.key > after.key]
    shown = behind[: paging.limit]
    following = shown[-1].cursor(sort) if len(behind) > paging.limit else None
    page = paging.page([_told(finding, place.name) for place in shown], following)
    return RatingPage(items=page.items, next=page.next, as_of=finding.as_of, base=Base(**finding.content["base"]))


def _told(finding: Finding, store_id: str) -> Rating:
    return Rating(store_id=store_id, as_of=finding.as_of, **finding.content["stores"][store_id])
