"""Reading service standards."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.complaints.calendars.versions import newest
from services.complaints.standards.defaults import Standards
from services.complaints.standards.domain import Standard
from services.complaints.standards.models import StandardTold
from services.complaints.standards.tables import ServiceStandard
from shared.events.complaints import Category, Severity
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem


async def in_force(session: AsyncSession, category: Category, severity: Severity, defaults: Standards) -> Standard:
    """What a new case is held to: what was put, or the default of its severity."""
    row = await newest(session, ServiceStandard, {"category": category, "severity": severity})
    if row is None:
        return defaults.standard(severity)
    return StandardTold.model_validate(row.told).standard(severity, row.version)


async def one(session: AsyncSession, category: Category, severity: Severity) -> ServiceStandard:
    """The newest version; raises a 404 problem where nobody put one."""
    row = await newest(session, ServiceStandard, {"category": category, "severity": severity})
    if row is None:
        raise Problem(NOT_FOUND, f"no standard was put for {category}/{severity}: the default holds")
    return row


async def page(session: AsyncSession, limit: int, cursor: str | None) -> tuple[list[ServiceStandard], str | None]:
    """The newest version of each, in the order of category and severity, and the next cursor."""
    later = aliased(ServiceStandard)
    kind, severity = col(ServiceStandard.category), col(ServiceStandard.severity)
    query = select(ServiceStandard).where(
        ~select(later)
        .where(
            col(later.category) == kind,
            col(later.severity) == severity,
            col(later.version) > col(ServiceStandard.version),
        )
        .exists()
    )
    return await keyset(session, query, limit, cursor, kind, severity)
