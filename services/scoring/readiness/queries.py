"""Reading assessments: the last one of each dimension, or of an offer."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.scoring.base import Assessment
from shared.web.problems import NOT_FOUND, Problem

_LATEST = (col(Assessment.assessed_at).desc(), col(Assessment.created_at).desc(), col(Assessment.id).desc())


async def one(session: AsyncSession, assessment_id: str) -> Assessment:
    """The assessment of that id; raises a 404 problem."""
    found = await session.get(Assessment, assessment_id)
    if found is None:
        raise Problem(NOT_FOUND, f"no assessment {assessment_id}")
    return found


async def latest(session: AsyncSession, as_of: datetime) -> dict[str, Assessment]:
    """The last assessment before `as_of` of each dimension that has one; offers are left out."""
    dimension = col(Assessment.dimension)
    query = select(Assessment).where(col(Assessment.about).is_(None), col(Assessment.assessed_at) < as_of)
    rows = await session.execute(query.ext(distinct_on(dimension)).order_by(dimension, *_LATEST))
    return {assessment.dimension: assessment for assessment in rows.scalars()}


async def latest_about(session: AsyncSession, about: str, as_of: datetime) -> Assessment | None:
    """The last assessment of an offer before `as_of`, if there is any."""
    query = select(Assessment).where(col(Assessment.about) == about, col(Assessment.assessed_at) < as_of)
    return (await session.execute(query.order_by(*_LATEST).limit(1))).scalar_one_or_none()
