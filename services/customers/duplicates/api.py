"""REST: Customers who may be the same one (C04)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.customers.duplicates import commands, queries
from services.customers.duplicates.models import CandidateView, PairView, VerdictTold, VerdictView, shown
from services.customers.profiles import queries as profiles
from shared.events.values import ID_PATTERN
from shared.web.app import IfMatch, Reading, WholeChain, Writing
from shared.web.cursors import Page, Paging
from shared.web.work import respond

router = APIRouter(tags=["duplicates"])
CustomerId = Annotated[str, Path(pattern=ID_PATTERN)]
MinScore = Annotated[float, Query(ge=0, le=1, description="leave out the less likely")]
ONE = "/customers/{customer_id}/duplicates"


@router.get(ONE)
async def read_candidates(
    customer_id: CustomerId, session: Reading, paging: Paging, min_score: MinScore = 0.5
) -> Page[CandidateView]:
    """Who may be the same customer, the likeliest first, and why.

    `score` = (1 - the product of (1 - weight x similarity) over the signs) / 2 for each doubt. Weights: e-mail 0.9,
    phone 0.8, name 0.6, external id 0.4 (the same in any system), birth date 0.3. Doubts: unlike names, another
    birth date, a person and an organization. A key that more than 50 customers share is no sign.
    """
    await profiles.one(session, customer_id)
    found = await queries.candidates(session, customer_id, min_score)
    views = [CandidateView(customer_id=p.other_id, score=p.score, because=shown(p.because)) for p in found]
    return paging.cut(views, lambda candidate: candidate.customer_id)


@router.get("/duplicates", dependencies=[WholeChain])
async def read_page(session: Reading, paging: Paging, min_score: MinScore = 0.5) -> Page[PairView]:
    """Every two customers who may be the same one, each pair once, in the order of their ids.

    A page may be short, or empty, while there is a `next`: what is less likely was looked at and left out.
    """
    found, following = await queries.page(session, paging.limit, paging.cursor, min_score)
    views = [PairView(**pair._asdict() | {"because": shown(pair.because)}) for pair in found]
    return paging.page(views, following)


@router.put(f"{ONE}/{{other_id}}", response_model=VerdictView)
async def judge(
    customer_id: CustomerId, other_id: CustomerId, body: VerdictTold, work: Writing, if_match: IfMatch
) -> Response:
    """Somebody looked at two customers; those found not to be the same one are not shown again."""
    command = partial(commands.judge, customer_id=customer_id, other_id=other_id, told=body, if_match=if_match)
    return await work.run(command, VerdictView.model_validate)


@router.get(f"{ONE}/{{other_id}}", response_model=VerdictView)
async def read_verdict(customer_id: CustomerId, other_id: CustomerId, session: Reading) -> Response:
    """What was said of two customers."""
    return respond(await queries.verdict(session, customer_id, other_id), VerdictView.model_validate)
