"""What can be done with erasures: demand one, note the services' answers."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import text
from uuid_utils.compat import uuid7

from services.customers.erasures import queries
from services.customers.erasures.forgetting import forget
from services.customers.erasures.models import ErasureView
from services.customers.erasures.tables import Erasure, ErasurePart
from services.customers.merges.family import family
from shared.erased import Erased
from shared.events import Event
from shared.events.customers import CustomerErased
from shared.events.erasures import ErasureCompleted
from shared.forgetting import answer
from shared.outbox import Transaction
from shared.web.work import Existing

# An erasure that we know nothing of was another database's.
_ANSWERED = text("""
    insert into erasure_answers (part_id, service, completed_at)
    select id, :service, :at from erasure_parts where id = :part on conflict do nothing
""")


async def erase(tx: Transaction, customer_id: str, erased: Erased) -> Existing[ErasureView]:
    """Forget the person, under every id that is theirs now, and ask all services to; again, the same erasure.

    Who is not known here may be known to the others: purchases and complaints need no profile.
    """
    await erased.alone(tx.session)
    before = await queries.known(tx.session, erased.digest(customer_id))
    if before is not None:
        return Existing(await queries.receipt(tx.session, before), existed=True)
    ids = await family(tx.session, customer_id)
    erasure = Erasure(id=str(uuid7()), requested_at=tx.recorded, requested_by=tx.actor)
    tx.session.add(erasure)
    await tx.session.flush()
    await erased.remember(tx.session, ids, tx.recorded)
    await erased.unsay(tx.session, [*ids, *await forget(tx, ids)])
    for name in ids:
        await _announce(tx, name, ErasurePart(id=str(uuid7()), erasure_id=erasure.id, digest=erased.digest(name)))
    return Existing(await queries.receipt(tx.session, erasure.id), existed=False)


async def take_in(tx: Transaction, events: Sequence[Event]) -> None:
    """Note that services answered; one that answers again said nothing new."""
    for event in events:
        done = cast("ErasureCompleted", event.data)
        told = {"part": event.subject, "service": done.service, "at": event.time}
        await tx.session.execute(_ANSWERED, told)


async def _announce(tx: Transaction, customer_id: str, part: ErasurePart) -> None:
    tx.session.add(part)
    payload = CustomerErased(erasure_id=part.id)
    await tx.record(payload, key=customer_id, subject=customer_id, time=tx.recorded)
    await answer(tx, "customers", part.id)
