"""What can be done with contacts: ask whether one may be made, and report one that may not."""

from uuid_utils.compat import uuid7

from services.customers.contacts import queries
from services.customers.contacts.domain import consented
from services.customers.contacts.models import NewContact
from services.customers.contacts.tables import Contact
from services.customers.merges.family import family
from services.customers.profiles.present import present
from shared.events.customers import ContactViolation
from shared.outbox import Transaction
from shared.web.entities import add_once
from shared.web.problems import NO_CONSENT, Problem
from shared.web.work import Existing


class NoConsentError(Problem):
    """The customer has not agreed to this contact: it is refused, and to be reported."""

    def __init__(self, new: NewContact) -> None:
        super().__init__(NO_CONSENT, f"no consent to {new.purpose} by {new.channel} holds at that moment")


async def contact(tx: Transaction, customer_id: str, new: NewContact) -> Existing[Contact]:
    """Note a contact that the customer agreed to. Raises 404, 410, `NoConsentError`, 409 for an id of another one."""
    await present(tx, customer_id)
    known = await tx.session.get(Contact, new.id) if new.id else None
    allowed = not known.refused if known else await _allowed(tx, customer_id, new)
    if not allowed:
        raise NoConsentError(new)
    return await add_once(tx, _row(tx, customer_id, new, refused=False), "a contact")


async def report(tx: Transaction, customer_id: str, new: NewContact) -> None:
    """Note the violation, once per id."""
    await present(tx, customer_id)
    made = await add_once(tx, _row(tx, customer_id, new, refused=True), "a contact")
    if not made.existed:
        violation = ContactViolation(purpose=new.purpose, channel=new.channel)
        subject = f"{new.purpose}:{new.channel}"
        await tx.record(violation, key=customer_id, subject=subject, time=made.entity.occurred_at)


async def _allowed(tx: Transaction, customer_id: str, new: NewContact) -> bool:
    # By what was told up to now, not by the consent as it stands: what is told late is judged by what held then.
    ids = await family(tx.session, customer_id)
    # A consent from before there was a history is known by its row alone.
    told = await queries.standing(tx.session, ids, new.purpose, new.channel)
    told += await queries.steps(tx.session, ids, new.purpose, new.channel)
    return consented(told, new.occurred_at or tx.recorded)


def _row(tx: Transaction, customer_id: str, new: NewContact, *, refused: bool) -> Contact:
    return Contact(
        **new.model_dump(exclude={"id", "occurred_at"}),
        id=new.id or str(uuid7()),
        customer_id=customer_id,
        refused=refused,
        occurred_at=new.occurred_at or tx.recorded,
        content=new.content(customer_id),
        created_at=tx.recorded,
    )
