"""Reading incidents."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.incidents.procedures.procedure import Standing, State
from services.complaints.incidents.tables import Incident, IncidentStep
from shared.events.complaints import IncidentKind
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem

STANDING = {each.name for each in fields(Standing)} - {"logged", "called"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; each is named after its field."""

    store_id: Id | None = None
    kind: IncidentKind | None = None
    state: State | None = None
    customer_id: Id | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        return [getattr(Incident, name) == value for name, value in asdict(self).items() if value is not None]


@dataclass(frozen=True, slots=True)
class Report:
    """An incident with its steps in their order. `existed`: a command found it there, with the same content."""

    incident: Incident
    steps: list[IncidentStep] = field(default_factory=list)
    existed: bool = False


async def standing(session: AsyncSession, row: Incident) -> Standing:
    """How an incident stands."""
    columns: dict[str, Any] = row.model_dump(include=STANDING)
    return Standing(**columns, called=await _called(session, row.id), logged=row.logbook_entry_id is not None)


async def _called(session: AsyncSession, incident_id: str) -> frozenset[str]:
    calls = (col(IncidentStep.incident_id) == incident_id, col(IncidentStep.step) == "call")
    found = (await session.execute(select(col(IncidentStep.called)).where(*calls))).scalars()
    return frozenset(called for called in found if called is not None)


async def one(session: AsyncSession, incident_id: str, caller: Principal) -> Incident:
    """The incident of that id; raises a 404 problem, for another store's too."""
    row = await session.get(Incident, incident_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no incident {incident_id}")
    caller.hide_other_stores(row.store_id)
    return row


async def report(session: AsyncSession, row: Incident, *, existed: bool = False) -> Report:
    """The incident with its steps."""
    [found] = await reports(session, [row])
    return Report(row, found.steps, existed)


async def reports(session: AsyncSession, rows: Sequence[Incident]) -> list[Report]:
    """These incidents with their steps, in the same order."""
    found = {row.id: Report(row) for row in rows}
    query = select(IncidentStep).where(col(IncidentStep.incident_id).in_(found)).order_by(col(IncidentStep.number))
    for step in (await session.execute(query)).scalars():
        found[step.incident_id].steps.append(step)
    return list(found.values())


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Report], str | None]:
    """Incidents as they were taken down, oldest first, and the next cursor."""
    query = select(Incident).where(*filters.conditions())
    if caller.stores is not None:
        query = query.where(col(Incident.store_id).in_(sorted(caller.stores)))
    rows, following = await keyset(session, query, limit, cursor, col(Incident.created_at), col(Incident.id))
    return await reports(session, rows), following
