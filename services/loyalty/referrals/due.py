"""What the clock demands of referrals."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, literal_column, select
from sqlmodel import col

from services.loyalty.points.accounts import free, open_accounts
from services.loyalty.points.awards import Award, award
from services.loyalty.referrals.domain import SELF
from services.loyalty.referrals.steps import step
from services.loyalty.referrals.tables import Referral
from shared.erased import together
from shared.outbox import Transaction

AT_ONCE = 100
"""Referrals that one transaction of the clock rewards."""
_KEPT: ColumnElement[bool] = literal_column("""(not exists (
    select from purchases where purchases.id = referrals.purchase_id and (
        corrected_to is not null
        or not exists (
            select from purchase_lines bought where bought.purchase_id = purchases.id and bought.quantity > 0
            and not exists (
                select from return_lines join returns on returns.id = return_id
                where returns.purchase_id = bought.purchase_id and return_lines.line = bought.line and whole
            )
        )
    )
))""")
"""What third parties told has no row there."""
_IN_ORDER = col(Referral.reward_due_at), col(Referral.id)


async def reward(tx: Transaction) -> int:
    """The duty: a referral is rewarded once the friend's purchase can come back no more.

    Refused where the two were found to be one customer since.
    """
    await together(tx.session)
    known = await _held(tx)
    rows = await _claimed(tx, known) if known else []
    for row in rows:
        if row.friend_id in known[row.customer_id or ""]:
            await step(tx, row, "void", "void", {"rule": SELF, "reward_due_at": None})
        else:
            await _reward(tx, row)
    return len(rows)


async def _reward(tx: Transaction, row: Referral) -> None:
    if row.customer_id is None or row.currency is None or row.reward_due_at is None or not row.reward_points:
        raise ValueError("a referral that is due has somebody to reward, and with what")
    told = Award(
        id=f"referral:{row.id}",
        customer_id=row.customer_id,
        currency=row.currency,
        points=row.reward_points,
        at=row.reward_due_at,
        reason="referral",
        about_id=row.id,
    )
    await award(tx, told)
    await step(tx, row, "reward", "rewarded")


async def _held(tx: Transaction) -> Mapping[str, set[str]]:
    """Who brought somebody and is due a reward, each with all their ids; their points are kept from being moved.

    Before any referral is claimed: whoever takes in purchases does it in this order, too. Whose points somebody else
    moves just now waits for the next time; an account is opened before any is held, as others do.
    """
    query = select(col(Referral.customer_id)).where(*_due(tx)).order_by(*_IN_ORDER).limit(AT_ONCE)
    owed = {customer for customer in (await tx.session.execute(query)).scalars() if customer is not None}
    if not owed:
        return {}
    await open_accounts(tx.session, owed)
    return await free(tx.session, owed)


async def _claimed(tx: Transaction, customers: Collection[str]) -> list[Referral]:
    """What is due of these customers, the longest overdue first, claimed by this transaction."""
    theirs = col(Referral.customer_id).in_(sorted(customers))
    query = select(Referral).where(theirs, *_due(tx)).order_by(*_IN_ORDER).limit(AT_ONCE)
    return list((await tx.session.execute(query.with_for_update(skip_locked=True, of=Referral))).scalars())


def _due(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    """What is due; without those whose purchase came back or was none, though the news of it waits yet.

    After a week of downtime the clock may be faster than the consumer.
    """
    someone = col(Referral.customer_id).is_not(None)
    return col(Referral.state) == "qualified", col(Referral.reward_due_at) <= tx.recorded, someone, _KEPT
