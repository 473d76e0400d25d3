"""REST: shop-floor incidents and their procedures (K06).

Every step demands `If-Match`: of two people who act at the same moment one is told to look again.
"""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.complaints.incidents import commands, domain, queries
from services.complaints.incidents.commands import Target
from services.complaints.incidents.models import (
    IncidentStepView,
    IncidentView,
    NewIncident,
    NewStep,
    OptionsView,
    OptionView,
    RuleView,
)
from services.complaints.incidents.queries import Filters, Report
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import respond

router = APIRouter(prefix="/incidents", tags=["incidents"])
IncidentId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(found: Report) -> IncidentView:
    row = found.incident
    steps = [IncidentStepView.model_validate(step) for step in found.steps]
    minutes = domain.minutes_to_intervention(row.occurred_at, row.intervened_at)
    return IncidentView.model_validate(row.model_dump() | {"steps": steps, "minutes_to_intervention": minutes})


def _rules(codes: Mapping[str, str]) -> list[RuleView]:
    return [RuleView(code=code, rule=sentence) for code, sentence in codes.items()]


def _target(incident_id: IncidentId, caller: Caller, if_match: IfMatchDemanded) -> Target:
    return Target(incident_id, if_match, caller)


@router.post("", status_code=201, response_model=IncidentView)
async def record(body: NewIncident, work: Posting) -> Response:
    """Something happened on the shop floor."""
    command = partial(commands.record, new=body, caller=work.principal)
    return await work.run(command, _view, created="/v1/incidents/{id}")


@router.get("")
async def read_page(
    session: Reading, caller: Caller, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[IncidentView]:
    """Incidents as they were taken down, oldest first."""
    found, following = await queries.page(session, caller, paging.limit, paging.cursor, filters)
    return paging.page([_view(each) for each in found], following)


@router.get("/{incident_id}", response_model=IncidentView)
async def read(incident_id: IncidentId, session: Reading, caller: Caller) -> Response:
    """One incident, with the steps that were taken."""
    row = await queries.one(session, incident_id, caller)
    return respond(await queries.report(session, row), _view)


@router.get("/{incident_id}/history")
async def read_history(incident_id: IncidentId, session: Reading, caller: Caller, paging: Paging) -> Page[ChangeView]:
    """Every step of an incident and what it changed, the newest first."""
    await queries.one(session, incident_id, caller)
    return await history.page(session, paging, "incident", incident_id)


@router.get("/{incident_id}/options")
async def read_options(incident_id: IncidentId, session: Reading, caller: Caller) -> OptionsView:
    """The steps of the incident's procedure: which may be taken now, and why the others may not."""
    incident = await queries.standing(session, await queries.one(session, incident_id, caller))
    shown = [
        OptionView(
            step=option.step,
            allowed=not option.why_not,
            why_not=_rules(option.why_not),
            demands=_rules(option.demands),
        )
        for option in domain.options(incident)
    ]
    return OptionsView(state=incident.state, options=shown)


@router.post("/{incident_id}/steps", response_model=IncidentView)
async def take(body: NewStep, target: Annotated[Target, Depends(_target)], work: Posting) -> Response:
    """A step of the incident's procedure; one that breaks a rule is refused with the rule named."""
    return await work.run(partial(commands.take, target=target, told=body), _view)
