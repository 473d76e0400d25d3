"""REST: readiness (S11): assessed by people, beside what events tell."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.scoring.base import Assessment
from services.scoring.metrics.rules import Rules
from services.scoring.readiness import commands, queries, telling
from services.scoring.readiness.domain import DIMENSIONS, OFFER
from services.scoring.readiness.models import (
    AssessmentView,
    NewAssessment,
    OfferView,
    Questions,
    QuestionsView,
    ReadinessView,
)
from services.scoring.scorecards.asked import AsOf, past
from services.scoring.stores.closed import newest
from services.scoring.studies.offers import Offers
from services.scoring.studies.readiness import Readiness
from shared import clock
from shared.events.values import ID_PATTERN
from shared.web.app import Caller, Posting, Reading
from shared.web.problems import NOT_FOUND, Problem
from shared.web.work import Existing, respond

router = APIRouter(prefix="/readiness", tags=["readiness"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(assessment: Assessment) -> AssessmentView:
    return AssessmentView.model_validate(assessment)


@router.post("/{dimension}", status_code=201, response_model=AssessmentView)
async def assess(dimension: Segment, body: NewAssessment, work: Posting) -> Response:
    """Answer the questions of a dimension; the latest answers count. For the whole chain's tokens, as all of this."""
    command = partial(commands.assess, dimension=dimension, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/readiness/assessments/{id}")


@router.get("/questions")
async def questions() -> Questions:
    """What every dimension asks."""
    told = [
        QuestionsView(dimension=each.code, group=each.group, questions=dict(each.questions))
        for each in DIMENSIONS.values()
    ]
    return Questions(items=told)


@router.get("/assessments/{assessment_id}", response_model=AssessmentView)
async def read(assessment_id: Segment, session: Reading, caller: Caller) -> Response:
    """One assessment."""
    caller.demand_chain()
    return respond(await queries.one(session, assessment_id), _view)


@router.get("")
async def readiness(request: Request, session: Reading, caller: Caller, as_of: AsOf = None) -> ReadinessView:
    """Every dimension: the latest answers, beside what the newest close found; and the totals of the four Ps."""
    caller.demand_chain()
    moment = _moment(as_of)
    found = await newest(request, Readiness.name, as_of)
    told = telling.dimensions(await queries.latest(session, moment), None if found is None else found.content)
    rules: Rules = request.app.state.cards.rules
    return ReadinessView(
        as_of=as_of,
        closed_as_of=None if found is None else found.as_of,
        total=telling.totals(told, rules.readiness.platform),
        dimensions=told,
    )


@router.get("/offers/{about}")
async def offer(about: Segment, request: Request, session: Reading, caller: Caller, as_of: AsOf = None) -> OfferView:
    """The four As and the four Rs of a campaign or a product; events tell of campaigns alone."""
    caller.demand_chain()
    moment = _moment(as_of)
    found = await newest(request, Offers.name, as_of)
    assessment = await queries.latest_about(session, about, moment)
    computed = None if found is None else found.content.get(about)
    if assessment is None and computed is None:
        raise Problem(NOT_FOUND, f"nobody had assessed {about}, and no close found a campaign of that id by then")
    parts = telling.parts(assessment, computed)
    return OfferView(
        about=about,
        as_of=as_of,
        closed_as_of=None if found is None else found.as_of,
        assessed=telling.assessed(OFFER, assessment),
        four_as=telling.mean_of(parts, "four_as"),
        four_rs=telling.mean_of(parts, "four_rs"),
        parts=parts,
    )


def _moment(as_of: datetime | None) -> datetime:
    return clock.now() if as_of is None else past(as_of)
