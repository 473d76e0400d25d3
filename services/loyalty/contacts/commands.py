"""What can be done with contact policies: put one."""

from sqlalchemy.exc import IntegrityError

from services.loyalty.contacts.models import PolicyTold
from services.loyalty.contacts.tables import ContactPolicy
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import for_update
from shared.web.preconditions import check_match, demand_match
from shared.web.problems import Collision
from shared.web.work import Existing


async def put_policy(
    tx: Transaction, channel: str, told: PolicyTold, if_match: str | None, caller: Principal
) -> Existing[ContactPolicy]:
    """Say how often customers may be contacted through a channel, or say it anew; the same again does nothing.

    Raises 403 for a token bound to stores, 412, 428.
    """
    caller.demand_chain()
    row = await for_update(tx, ContactPolicy, channel)
    if row is None:
        check_match(if_match, None)
        return Existing(await _create(tx, channel, told), existed=False)
    before = row.model_dump(include={"most", "days"})
    if before == told.model_dump():
        return Existing(row, existed=True)
    demand_match(if_match, row.version)
    row.most, row.days, row.version, row.updated_at = told.most, told.days, row.version + 1, tx.recorded
    await note(tx, _subject(row), "change", before=before, after=told.model_dump())
    return Existing(row, existed=True)


async def _create(tx: Transaction, channel: str, told: PolicyTold) -> ContactPolicy:
    row = ContactPolicy(channel=channel, created_at=tx.recorded, updated_at=tx.recorded, **told.model_dump())
    tx.session.add(row)
    try:
        await tx.session.flush()
    except IntegrityError:
        raise Collision(f"the contact policy of {channel}") from None
    await note(tx, _subject(row), "create", before=None, after=told.model_dump())
    return row


def _subject(row: ContactPolicy) -> Subject:
    return Subject("contact_policy", row.channel, row.version)
