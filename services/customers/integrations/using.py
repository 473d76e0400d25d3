"""What goes through an integration: told by a portal or an EDI system, often, and maybe twice.

A use is a fact told once: it takes no version and leaves none, so that nobody's `If-Match` goes stale by it.
"""

from uuid_utils.compat import uuid7

from services.customers.integrations.commands import found
from services.customers.integrations.domain import RefusedError, admit, used_at
from services.customers.integrations.models import NewUse
from services.customers.integrations.queries import joining
from services.customers.integrations.tables import Integration, IntegrationUse
from shared.events.customers import IntegrationUsed
from shared.outbox import Transaction
from shared.web.entities import add_once
from shared.web.problems import WRONG_STATE, Problem
from shared.web.work import Existing


async def use(tx: Transaction, customer_id: str, integration_id: str, new: NewUse) -> Existing[IntegrationUse]:
    """Note a use; the same id with the same content does nothing, also after the integration has ended.

    Raises 404 and 410, 409 where the integration was not active then, or for an id of a use with other content.
    """
    row = await found(tx, customer_id, integration_id)
    made = await add_once(tx, _new(tx, row, new), "a use of an integration")
    if not made.existed:
        await _tell(tx, row, made.entity, new)
    return made


async def _tell(tx: Transaction, row: Integration, made: IntegrationUse, new: NewUse) -> None:
    try:
        admit(joining(row), made.occurred_at)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    used = IntegrationUsed(kind=new.kind, about=new.about)
    await tx.record(used, key=row.customer_id, subject=row.id, time=made.occurred_at)


def _new(tx: Transaction, row: Integration, new: NewUse) -> IntegrationUse:
    moment = used_at(joining(row), new.occurred_at, tx.recorded)
    return IntegrationUse(
        **new.model_dump(exclude={"id", "occurred_at"}),
        id=new.id or str(uuid7()),
        customer_id=row.customer_id,
        integration_id=row.id,
        occurred_at=moment,
        content=new.content(f"{row.customer_id}/{row.id}"),
        created_at=tx.recorded,
    )
