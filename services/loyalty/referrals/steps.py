"""What becomes of a referral when what the friend bought, or what came back of it, is told."""

from collections.abc import Iterable
from datetime import timedelta

from services.loyalty.programme.queries import in_force
from services.loyalty.referrals.domain import Bought, State, qualifying
from services.loyalty.referrals.tables import Referral
from shared.history import Subject, note
from shared.outbox import Transaction

_CHANGING = {"state", "purchase_id", "currency", "reward_points", "reward_due_at", "rule"}
_NOTED = _CHANGING - {"purchase_id"}
"""What the friend bought is not told to who brought them, whose history it is, too."""


def subject(row: Referral) -> Subject:
    """Whose history tells of the referral."""
    return Subject("referral", row.id, row.version)


async def settle(tx: Transaction, row: Referral, bought: Iterable[Bought]) -> None:
    """Bring a locked referral to what the friend's purchases make of it: qualified by the first that stands, or not.

    The reward is that of the programme in force at that purchase, in its currency; due when it can come back no more.
    """
    first = qualifying(bought)
    if (first.id if first else None) == row.purchase_id:
        return
    told: dict[str, object] = dict.fromkeys(_CHANGING)
    if first is None:
        await step(tx, row, "disqualify", "made", told)
        return
    told |= {"purchase_id": first.id, "currency": first.currency, "reward_points": 0}
    programme = await in_force(tx.session, first.currency, first.at)
    if row.customer_id is not None and programme is not None and programme.referral_points:
        told["reward_points"] = programme.referral_points
        told["reward_due_at"] = first.at + timedelta(days=programme.pending_days)
    await step(tx, row, "qualify", "qualified", told)


async def step(tx: Transaction, row: Referral, verb: str, state: State, told: dict[str, object] | None = None) -> None:
    """Bring a locked referral into another state, and note it. `told`: the fields that change with it."""
    before = row.model_dump(include=_NOTED)
    for name, value in {**(told or {}), "state": state}.items():
        setattr(row, name, value)
    row.version += 1
    await note(tx, subject(row), verb, before=before, after=row.model_dump(include=_NOTED))
