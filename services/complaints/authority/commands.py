"""What can be done with limits of authority: put one."""

from typing import NamedTuple

from sqlalchemy.exc import IntegrityError

from services.complaints.authority.models import LimitTold
from services.complaints.authority.tables import AuthorityLimit
from shared.history import Subject, note
from shared.money import fits_currency
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import for_update
from shared.web.preconditions import check_match, demand_match
from shared.web.problems import INVALID, Collision, Problem
from shared.web.work import Existing


class LimitKey(NamedTuple):
    """Which limit is meant."""

    level: int
    currency: str


async def put_limit(
    tx: Transaction, key: LimitKey, told: LimitTold, if_match: str | None, caller: Principal
) -> Existing[AuthorityLimit]:
    """Set what a level may grant in a currency, or change it under `If-Match`; the same amount does nothing.

    Raises 403 for a token bound to stores, 412, 428, 422 for an amount that the currency can not hold.
    """
    caller.demand_chain()
    _check(told, key.currency)
    row = await for_update(tx, AuthorityLimit, key)
    if row is None:
        check_match(if_match, None)
        return Existing(await _create(tx, key, told), existed=False)
    if row.amount == told.amount:
        return Existing(row, existed=True)
    demand_match(if_match, row.version)
    before = {"amount": row.amount}
    row.amount, row.version, row.updated_at = told.amount, row.version + 1, tx.recorded
    await note(tx, subject(row), "change", before=before, after={"amount": told.amount})
    return Existing(row, existed=True)


def subject(row: AuthorityLimit) -> Subject:
    """Whose history it is."""
    return Subject("authority_limit", f"{row.level}-{row.currency}", row.version)


async def _create(tx: Transaction, key: LimitKey, told: LimitTold) -> AuthorityLimit:
    row = AuthorityLimit(**key._asdict(), amount=told.amount, created_at=tx.recorded, updated_at=tx.recorded)
    tx.session.add(row)
    try:
        await tx.session.flush()
    except IntegrityError:
        raise Collision(f"the limit of level {key.level} in {key.currency}") from None
    await note(tx, subject(row), "create", before=None, after={"amount": told.amount})
    return row


def _check(told: LimitTold, currency: str) -> None:
    if not fits_currency(told.amount, currency):
        fault = {"pointer": "/amount", "detail": f"more decimals than {currency} has"}
        raise Problem(INVALID, "look at /amount", errors=[fault])
