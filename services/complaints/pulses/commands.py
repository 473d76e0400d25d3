"""What can be done with pulses: take one down."""

from uuid_utils.compat import uuid7

from services.complaints.pulses.domain import QUESTIONS
from services.complaints.pulses.models import NewPulse
from services.complaints.pulses.tables import Pulse
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once
from shared.web.work import Existing

_TOLD = {"store_id", *QUESTIONS, "comment", "simulated"}


async def take_down(tx: Transaction, store_id: str, new: NewPulse, caller: Principal) -> Existing[Pulse]:
    """Note what somebody answered; the same id with the same content does nothing.

    Nothing is published: what employees feel stays here. Raises 403 for another store, 409 for an id that is in use
    with other content.
    """
    caller.demand_store(store_id)
    found = await add_once(tx, _new(tx, store_id, new), "a pulse")
    row = found.entity
    if not found.existed:
        after = row.model_dump(include=_TOLD)
        await note(tx, Subject("pulse", row.id, row.version), "answer", before=None, after=after, at=row.occurred_at)
    return found


def _new(tx: Transaction, store_id: str, new: NewPulse) -> Pulse:
    return Pulse(
        **new.answers.model_dump(),
        id=new.id or str(uuid7()),
        store_id=store_id,
        comment=new.comment,
        occurred_at=new.occurred_at or tx.recorded,
        simulated=new.simulated,
        content=new.content(store_id),
        created_at=tx.recorded,
    )
