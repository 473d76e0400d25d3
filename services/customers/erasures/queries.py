"""Reading erasures."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.erasures.domain import Answer, completed
from services.customers.erasures.models import ErasureView, ServiceView
from services.customers.erasures.tables import Erasure, ErasureAnswer, ErasurePart
from shared.web.problems import NOT_FOUND, Problem


async def known(session: AsyncSession, digest: bytes) -> str | None:
    """The erasure of the person who had the id of that digest, if they were erased."""
    query = select(col(ErasurePart.erasure_id)).where(col(ErasurePart.digest) == digest)
    return (await session.execute(query)).scalar_one_or_none()


async def receipt(session: AsyncSession, erasure_id: str) -> ErasureView:
    """An erasure and how far it is; raises a 404 problem."""
    erasure = await session.get(Erasure, erasure_id)
    if erasure is None:
        raise Problem(NOT_FOUND, f"no erasure {erasure_id}")
    parts = select(col(ErasurePart.id)).where(col(ErasurePart.erasure_id) == erasure_id)
    answers = select(ErasureAnswer).where(col(ErasureAnswer.part_id).in_(parts))
    told = [Answer(a.part_id, a.service, a.completed_at) for a in (await session.execute(answers)).scalars()]
    done = completed((await session.execute(parts)).scalars().all(), told)
    moments = [moment for moment in done.values() if moment is not None]
    return ErasureView(
        **erasure.model_dump(),
        services=[ServiceView(service=service, completed_at=moment) for service, moment in done.items()],
        completed_at=max(moments) if len(moments) == len(done) else None,
    )
