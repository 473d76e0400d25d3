"""What can be done with conversations: note what a customer told us, with all that follows from it."""

from datetime import datetime

from uuid_utils.compat import uuid7

from services.customers.commitments.commands import make
from services.customers.commitments.models import NewCommitment
from services.customers.conversations.models import NewConversation
from services.customers.conversations.tables import Conversation
from services.customers.doubts.commands import raise_doubt
from services.customers.doubts.models import NewDoubt
from services.customers.profiles.tables import Customer
from services.customers.touchpoints import commands as touchpoints
from services.customers.visits import commands as visits
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once
from shared.web.problems import WRONG_STATE, Problem
from shared.web.work import Existing

_KEPT = {"named", "topic", "words", "response", "due_at", "by", "commitment_id", "doubt_id"}


async def in_visit(tx: Transaction, visit_id: str, new: NewConversation, caller: Principal) -> Existing[Conversation]:
    """Note a conversation; the visit is two-way by it. The same id with the same content does nothing.

    Raises 404 (another store's visit too), 409 for a day that is not the visit's, for an id with other content and for
    a promise to, or a doubt of, a customer without a profile, 410.
    """
    visit = await visits.talked_in(tx, visit_id, caller)
    at = new.occurred_at or max(tx.recorded, visit.started_at)
    row = _row(tx, new, visit.customer_id, at)
    row.visit_id, row.content = visit.id, new.content(f"visit:{visit.id}")
    found = await add_once(tx, row, "a conversation")
    if not found.existed:
        await visits.talk(tx, visit, at)
        await _follow(tx, found.entity)
        await _note(tx, found.entity, "visit", visit.id)
    return found


async def at_touchpoint(
    tx: Transaction, touchpoint_id: str, new: NewConversation, caller: Principal
) -> Existing[Conversation]:
    """The same at a touchpoint; it is two-way from then on."""
    touchpoint = await touchpoints.talked_at(tx, touchpoint_id, caller)
    at = new.occurred_at or max(tx.recorded, touchpoint.occurred_at)
    row = _row(tx, new, touchpoint.customer_id, at)
    row.touchpoint_id, row.content = touchpoint.id, new.content(f"touchpoint:{touchpoint.id}")
    found = await add_once(tx, row, "a conversation")
    if not found.existed:
        await touchpoints.talk(tx, touchpoint, at)
        await _follow(tx, found.entity)
        await _note(tx, found.entity, "touchpoint", touchpoint.id)
    return found


async def _follow(tx: Transaction, said: Conversation) -> None:
    """A promise becomes a commitment, a doubt is raised; of what the request has been checked for already."""
    await _demand_profile(tx, said)
    if said.due_at is not None:
        promise = NewCommitment.model_construct(
            what=said.words or said.topic,
            due_at=said.due_at,
            occurred_at=said.occurred_at,
            made_by=said.by,
            simulated=said.simulated,
        )
        said.commitment_id = (await make(tx, said.customer_id, promise)).entity.id
    if said.named == "doubt":
        doubt = NewDoubt.model_construct(
            topic=said.topic,
            words=said.words,
            occurred_at=said.occurred_at,
            visit_id=said.visit_id,
            simulated=said.simulated,
        )
        said.doubt_id = (await raise_doubt(tx, said.customer_id, doubt)).entity.id


async def _demand_profile(tx: Transaction, said: Conversation) -> None:
    if said.due_at is None and said.named != "doubt":
        return
    if await tx.session.get(Customer, said.customer_id) is None:
        raise Problem(WRONG_STATE, "register the customer first: a promise and a doubt are kept with their profile")


async def _note(tx: Transaction, said: Conversation, entity: str, entity_id: str) -> None:
    part = Subject(entity, entity_id, said.version, f"conversations/{said.id}")
    await note(tx, part, "note", before=None, after=said.model_dump(include=_KEPT), at=said.occurred_at)


def _row(tx: Transaction, new: NewConversation, customer_id: str, at: datetime) -> Conversation:
    told = new.model_dump(exclude={"id"}) | {"occurred_at": at}
    return Conversation(id=new.id or str(uuid7()), customer_id=customer_id, content=b"", created_at=tx.recorded, **told)
