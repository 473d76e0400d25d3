"""The words of owners and claimants, taken away when their bags have long been gone."""

from sqlalchemy import ARRAY, Text, cast, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from services.customers.baggage.domain import CLAIM_KEPT
from services.customers.baggage.queries import AT_ONCE
from services.customers.baggage.tables import GONE, Bag
from shared.history import HISTORY, Subject, note
from shared.outbox import Transaction

WORDS = ("claimant_name", "claimant_address", "claimant_description", "description")
SIDES = ("before", "after")


async def blank_gone(tx: Transaction) -> int:
    """The duty: blank the words about bags that were returned or disposed of `CLAIM_KEPT` ago; how many."""
    due = select(Bag).where(text(GONE), col(Bag.last_step_at) <= tx.recorded - CLAIM_KEPT)
    oldest = due.order_by(col(Bag.last_step_at), col(Bag.id)).limit(AT_ONCE)
    bags = (await tx.session.execute(oldest.with_for_update(skip_locked=True))).scalars().all()
    for bag in bags:
        await _blank(tx, bag)
    return len(bags)


async def _blank(tx: Transaction, bag: Bag) -> None:
    for name in WORDS:
        setattr(bag, name, None)
    bag.blanked_at, bag.version = tx.recorded, bag.version + 1
    theirs = HISTORY.c.entity == "bag", HISTORY.c.entity_id == bag.id
    without = {name: cast(cast(HISTORY.c[name], JSONB).op("-")(cast(list(WORDS), ARRAY(Text))), Text) for name in SIDES}
    await tx.session.execute(update(HISTORY).where(*theirs).values(without))
    now = {"blanked_at": bag.blanked_at}
    await note(tx, Subject("bag", bag.id, bag.version), "blank", before={}, after=now)
