"""What becomes of the relationships of a partner who leaves: each ends, or goes over to who takes their place."""

from datetime import datetime

from uuid_utils.compat import uuid7

from services.customers.parties.tables import Party
from services.customers.relationships import notes
from services.customers.relationships.domain import RefusedError, check_partner, moment
from services.customers.relationships.queries import of_partner, with_customers
from services.customers.relationships.tables import Relationship
from shared.events import Event
from shared.outbox import Transaction, record
from shared.web.problems import WRONG_STATE, Problem

_KEPT = {"customer_id", "party_kind", "role", "decision", "primary", "simulated", "content"}


async def end_all(tx: Transaction, leaver: Party, heir: Party | None, at: datetime) -> None:
    """End a partner's open relationships; with an heir a successor of the same role takes the place of each.

    The heir's own open relationship of that role with the customer takes it where there is one. How well a new face
    does is not known yet. Both parties' rows must be locked. Raises 409 where a relationship was told of after `at`,
    and for an heir who can't have one of the roles.
    """
    rows = await of_partner(tx.session, leaver.id)
    _check(tx, rows, heir, at)
    taken = {} if heir is None else await _taken(tx, heir, rows)
    events: list[Event] = []
    # All rows are written together in the end: somebody may have looked after a thousand customers.
    with tx.session.no_autoflush:
        for row in rows:
            successor = None if heir is None else taken.get(_place(row))
            if heir is not None and successor is None:
                successor = _successor(tx, row, heir, at)
                events.append(await notes.started(tx, successor))
            events.append(await notes.ended(tx, row, at, None if successor is None else successor.id))
    await record(tx.session, events)


def _check(tx: Transaction, rows: list[Relationship], heir: Party | None, at: datetime) -> None:
    for row in rows:
        try:
            moment(row.changed_at, row.ended_at, at, tx.recorded)
            if heir is not None:
                check_partner(row.role, heir.kind, heir.left_at)
        except RefusedError as error:
            raise Problem(WRONG_STATE, f"relationship {row.id}: {error}") from None


async def _taken(tx: Transaction, heir: Party, rows: list[Relationship]) -> dict[tuple[str, ...], Relationship]:
    known = await with_customers(tx.session, heir.id, {row.customer_id for row in rows})
    return {_place(row): row for row in known}


def _successor(tx: Transaction, row: Relationship, heir: Party, at: datetime) -> Relationship:
    kept = row.model_dump(include=_KEPT)
    made = Relationship(
        id=str(uuid7()), party_id=heir.id, occurred_at=at, changed_at=at, created_at=tx.recorded, **kept
    )
    tx.session.add(made)
    return made


def _place(row: Relationship) -> tuple[str, ...]:
    return row.customer_id, row.role, row.decision or ""
