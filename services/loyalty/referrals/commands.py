"""What can be done with referrals: make one. What follows is the friend's doing, and the clock's."""

from uuid_utils.compat import uuid7

from services.loyalty.referrals import domain, queries
from services.loyalty.referrals.domain import RefusedError
from services.loyalty.referrals.models import NewReferral
from services.loyalty.referrals.purchases import keep
from services.loyalty.referrals.steps import settle, subject
from services.loyalty.referrals.tables import Referral
from shared.erased import gone
from shared.events.loyalty import ReferralMade
from shared.history import note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once
from shared.web.problems import WRONG_STATE, Problem
from shared.web.work import Existing

_TOLD = {"customer_id", "friend_id", "store_id", "channel", "occurred_at", "simulated"}


async def make(tx: Transaction, new: NewReferral, caller: Principal) -> Existing[Referral]:
    """Note who brought whom; the same id with the same content does nothing.

    What the friend bought since then, and was told before, counts. Raises 403 for another store, 409 for an id that is
    in use with other content and where a rule refuses it, 410 for either who was erased.
    """
    caller.demand_store(new.store_id)
    if await tx.refused([new.customer_id, new.friend_id]):
        raise gone()
    await queries.alone(tx.session)
    found = await add_once(tx, _new(tx, new), "a referral")
    if not found.existed:
        await _check(tx, found.entity)
        await _tell(tx, found.entity)
        bought = await queries.bought_since(tx.session, new.friend_id, found.entity.occurred_at)
        await keep(tx.session, [(found.entity, each) for each in bought])
        await settle(tx, found.entity, bought)
    return found


async def _check(tx: Transaction, row: Referral) -> None:
    try:
        domain.check(await queries.known(tx.session, row))
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None


async def _tell(tx: Transaction, row: Referral) -> None:
    await note(tx, subject(row), "make", before=None, after=row.model_dump(include=_TOLD), at=row.occurred_at)
    made = ReferralMade(friend_id=row.friend_id)
    await tx.record(made, key=row.customer_id or "", subject=row.id, time=row.occurred_at, store=row.store_id)


def _new(tx: Transaction, new: NewReferral) -> Referral:
    told = new.model_dump(exclude={"id"}) | {"occurred_at": new.occurred_at or tx.recorded}
    return Referral(id=new.id or str(uuid7()), content=new.content(), created_at=tx.recorded, **told)
