"""Reading agreements, their uses and quotes."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.agreements.domain import Agreement, Step
from services.loyalty.agreements.tables import AgreementUse, Quote, VolumeAgreement
from shared.aliases import families
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem


class Total(NamedTuple):
    """What an agreement was used for: lines, their quantity, and what was saved."""

    uses: int
    quantity: Decimal
    saved: Decimal


async def one(session: AsyncSession, agreement_id: str) -> VolumeAgreement:
    """The agreement of that id; raises a 404 problem."""
    row = await session.get(VolumeAgreement, agreement_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no volume agreement {agreement_id}")
    return row


async def page(
    session: AsyncSession, limit: int, cursor: str | None, customer_id: str | None
) -> tuple[list[VolumeAgreement], str | None]:
    """Agreements in the order of their ids, and the next cursor."""
    query = select(VolumeAgreement)
    if customer_id is not None:
        query = query.where(col(VolumeAgreement.customer_id) == customer_id)
    return await keyset(session, query, limit, cursor, col(VolumeAgreement.id))


async def uses(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, agreement_id: str
) -> tuple[list[AgreementUse], str | None]:
    """An agreement's uses in the caller's stores, in the order of the purchases, and the next cursor."""
    query = select(AgreementUse).where(*_of(agreement_id, caller))
    keys = col(AgreementUse.occurred_at), col(AgreementUse.purchase_id), col(AgreementUse.line)
    return await keyset(session, query, limit, cursor, *keys)


async def total(
    session: AsyncSession, caller: Principal, agreement_id: str, start: datetime | None, end: datetime | None
) -> Total:
    """What an agreement was used for in the caller's stores, from `start` to before `end`."""
    of = [*_of(agreement_id, caller)]
    of += [] if start is None else [col(AgreementUse.occurred_at) >= start]
    of += [] if end is None else [col(AgreementUse.occurred_at) < end]
    sums = [func.coalesce(func.sum(column), 0) for column in (col(AgreementUse.quantity), col(AgreementUse.saved))]
    found = (await session.execute(select(func.count(), *sums).select_from(AgreementUse).where(*of))).one()
    return Total._make(found)


async def quote(session: AsyncSession, quote_id: str, caller: Principal) -> Quote:
    """The quote of that id, of no store in every store; raises a 404 problem, for another store's too."""
    row = await session.get(Quote, quote_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no quote {quote_id}")
    if row.store_id is not None:
        caller.hide_other_stores(row.store_id)
    return row


async def of_families(session: AsyncSession, customers: Collection[str]) -> dict[str, list[Agreement]]:
    """By customer, the agreements of whoever they are, under whichever id; nobody without any. Two queries for all."""
    known = await families(session, customers)
    ids = set[str]().union(*known.values())
    rows = (await session.execute(select(VolumeAgreement).where(col(VolumeAgreement.customer_id).in_(ids)))).scalars()
    found = [(row.customer_id, agreement(row)) for row in rows]
    by_customer = {name: [each for owner, each in found if owner in family] for name, family in known.items()}
    return {name: theirs for name, theirs in by_customer.items() if theirs}


def agreement(row: VolumeAgreement) -> Agreement:
    """What was agreed."""
    ends = [at for at in (row.valid_until, row.ended_at) if at is not None]
    steps = tuple(Step(*(_number(step[name]) for name in Step._fields)) for step in row.steps)  # type: ignore[arg-type]
    until = min(ends, default=None)
    return Agreement(row.id, row.category, row.product_id, row.currency, steps, row.valid_from, until)


def _number(told: str | None) -> Decimal | None:
    return None if told is None else Decimal(told)


def _of(agreement_id: str, caller: Principal) -> list[ColumnElement[bool]]:
    found = [col(AgreementUse.agreement_id) == agreement_id, col(AgreementUse.saved) > 0]
    if caller.stores is not None:
        found.append(col(AgreementUse.store_id).in_(sorted(caller.stores)))
    return found
