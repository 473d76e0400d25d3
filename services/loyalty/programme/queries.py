"""Reading the programme."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.programme.domain import Programme, TierRule
from services.loyalty.programme.tables import ProgrammeVersion
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem


async def in_force(session: AsyncSession, currency: str, at: datetime) -> Programme | None:
    """The programme of that currency in force at that moment; None before the first."""
    began = col(ProgrammeVersion.valid_from)
    query = _of(currency).where(began <= at).order_by(began.desc()).limit(1)
    row = (await session.execute(query)).scalar_one_or_none()
    return None if row is None else _programme(row)


class Programmes:
    """The programmes in force, for who asks of many moments: each currency's versions are read once."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._versions: dict[str, list[Programme]] = {}

    async def in_force(self, currency: str, at: datetime) -> Programme | None:
        """The programme of that currency in force at that moment; None before the first."""
        if currency not in self._versions:
            query = _of(currency).order_by(col(ProgrammeVersion.valid_from).desc())
            self._versions[currency] = [_programme(row) for row in (await self._session.execute(query)).scalars()]
        return next((each for each in self._versions[currency] if each.valid_from <= at), None)


async def same_moment(session: AsyncSession, currency: str, valid_from: datetime) -> ProgrammeVersion | None:
    """The version of that currency that begins at that very moment."""
    query = _of(currency).where(col(ProgrammeVersion.valid_from) == valid_from)
    return (await session.execute(query)).scalar_one_or_none()


async def one(session: AsyncSession, programme_id: str) -> ProgrammeVersion:
    """The version of that id; raises a 404 problem."""
    row = await session.get(ProgrammeVersion, programme_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no programme {programme_id}")
    return row


async def page(
    session: AsyncSession, limit: int, cursor: str | None, currency: str | None
) -> tuple[list[ProgrammeVersion], str | None]:
    """Versions in the order in which they come into force, and the next cursor."""
    query = select(ProgrammeVersion) if currency is None else _of(currency)
    return await keyset(session, query, limit, cursor, col(ProgrammeVersion.valid_from), col(ProgrammeVersion.id))


def _of(currency: str) -> Select[ProgrammeVersion]:
    return select(ProgrammeVersion).where(col(ProgrammeVersion.currency) == currency)


def _programme(row: ProgrammeVersion) -> Programme:
    told = {name: getattr(row, name) for name in Programme._fields if name != "tiers"}
    return Programme(**told, tiers=tuple(map(_tier, row.tiers)))


def _tier(told: dict[str, str]) -> TierRule:
    return TierRule(told["code"], Decimal(told["threshold"]), Decimal(told["multiplier"]))
