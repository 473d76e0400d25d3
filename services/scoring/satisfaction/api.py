"""REST: the satisfaction gap (S06)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from services.scoring.scorecards.asked import AsOf
from services.scoring.stores.closed import closed
from services.scoring.stores.order import Place
from services.scoring.studies.satisfaction import Satisfaction
from shared.web.app import Caller
from shared.web.cursors import Page, Paging
from shared.web.fields import View

router = APIRouter(tags=["satisfaction"])


class By(StrEnum):
    """What surveys are grouped by."""

    FACTOR = "factor"
    STORE = "store"
    DEPARTMENT = "department"
    SEGMENT = "segment"


class Mean(View):
    """A mean over `n` answers; null of none."""

    value: float | None
    n: int


class Group(View):
    """Surveys of the window. `gap`: delivery less expectation, −6 to 6, over factors asked in both (scales of 1–7).

    `csat`: percent of 4 and 5 of 1–5; `nps`: −100 to 100; `effort`: 1–7.
    """

    surveys: int
    gap: Mean
    expectation: Mean
    delivery: Mean
    csat: Mean
    nps: Mean
    effort: Mean


class Item(Group):
    """The surveys of one factor, store, department or segment; of a factor, its own gap alone."""

    key: str


class SatisfactionPage(Page[Item]):
    """The groups, in the order of their keys. `all`: every survey; `of_none`: those in no group."""

    as_of: datetime
    by: By
    all: Group
    of_none: int


@router.get("/satisfaction")
async def satisfaction(
    request: Request,
    caller: Caller,
    paging: Paging,
    by: Annotated[By, Query(description="department: that owned the complaint a survey is about")] = By.FACTOR,
    as_of: AsOf = None,
) -> SatisfactionPage:
    """The satisfaction gap as the newest close not after `as_of` found it; for the whole chain's tokens."""
    caller.demand_chain()
    after = None if paging.cursor is None else Place.of(paging.cursor, by)
    finding = await closed(request, Satisfaction.name, as_of if after is None else after.as_of)
    groups: dict[str, Any] = finding.content["by"][by]
    places = [Place(finding.as_of, 0.0, key) for key in sorted(groups) if after is None or key > after.name]
    shown = places[: paging.limit]
    following = shown[-1].cursor(by) if len(places) > paging.limit else None
    page = paging.page([Item(key=place.name, **groups[place.name]) for place in shown], following)
    return SatisfactionPage(
        items=page.items,
        next=page.next,
        as_of=finding.as_of,
        by=by,
        all=Group.model_validate(finding.content["all"]),
        of_none=finding.content["of_none"][by],
    )
