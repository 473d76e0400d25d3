"""What can be done with parties: register one, amend what is known of them, and let them leave."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.customers.parties.domain import RefusedError, check_heir, check_home, leaving
from services.customers.parties.models import Leaving, NewParty, PartyPatch
from services.customers.parties.tables import Party
from services.customers.relationships.succession import end_all
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once, meant
from shared.web.preconditions import demand_match
from shared.web.problems import INVALID, NOT_FOUND, WRONG_STATE, Problem
from shared.web.work import Existing

_TOLD = {"kind", "name", "home_store_id", "occurred_at", "simulated"}
_LEFT = {"left_at", "replaced_by"}


async def register(tx: Transaction, new: NewParty, caller: Principal) -> Existing[Party]:
    """Note a party; the same id with the same content does nothing.

    Raises 409 for an id that is in use with other content, 403 for a token of other stores.
    """
    caller.demand_store(new.home_store_id)
    row = Party(
        id=new.id or str(uuid7()), content=new.content(), created_at=tx.recorded, **new.model_dump(exclude={"id"})
    )
    found = await add_once(tx, row, "a partner")
    if not found.existed:
        told = found.entity.model_dump(include=_TOLD)
        await note(tx, _subject(found.entity), "register", before=None, after=told, at=new.occurred_at)
    return found


async def amend(tx: Transaction, party_id: str, patch: PartyPatch, if_match: str | None, caller: Principal) -> Party:
    """Change some of what is known of a party; what changes nothing does nothing. Raises 403, 404, 412, 422, 428."""
    row = await meant(tx, Party, party_id, if_match, "partner")
    caller.demand_store(row.home_store_id)
    changes = patch.changes()
    before = row.model_dump(include=set(changes))
    if before == changes:
        return row
    caller.demand_store(changes.get("home_store_id", row.home_store_id))
    _check_home(row.kind, changes.get("home_store_id"))
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    await note(tx, _subject(row), "amend", before=before, after=changes)
    return row


async def leave(tx: Transaction, party_id: str, told: Leaving, if_match: str | None, caller: Principal) -> Party:
    """The party leaves: their open relationships end with it, and go over to who takes their place.

    Raises 403, 404, 412, 428; 409 for one who left before, an unfit heir, and a relationship that was told of later.
    """
    parties = await _locked(tx, party_id, told.replaced_by)
    row, heir = parties[party_id], None if told.replaced_by is None else parties[told.replaced_by]
    caller.demand_store(row.home_store_id)
    demand_match(if_match, row.version)
    try:
        at = leaving(row.occurred_at, row.left_at, told.occurred_at, tx.recorded)
        if heir is not None:
            check_heir(row.id, heir.id, heir.left_at)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    before = _leave(row)
    row.left_at, row.replaced_by, row.version = at, told.replaced_by, row.version + 1
    await note(tx, _subject(row), "leave", before=before, after=_leave(row), at=at)
    await end_all(tx, row, heir, at)
    return row


async def _locked(tx: Transaction, *named: str | None) -> dict[str, Party]:
    # In the order of their ids: two who leave and name each other then wait for one another, never in a circle.
    ids = sorted({each for each in named if each is not None})
    query = select(Party).where(col(Party.id).in_(ids)).order_by(col(Party.id)).with_for_update()
    found = {row.id: row for row in (await tx.session.execute(query)).scalars()}
    for each in ids:
        if each not in found:
            raise Problem(NOT_FOUND, f"no partner {each}")
    return found


def _check_home(kind: str, home_store_id: str | None) -> None:
    try:
        check_home(kind, home_store_id)
    except RefusedError as error:
        fault = {"pointer": "/home_store_id", "detail": str(error)}
        raise Problem(INVALID, "look at /home_store_id", errors=[fault]) from None


def _leave(row: Party) -> dict[str, Any]:
    return row.model_dump(include=_LEFT)


def _subject(row: Party) -> Subject:
    return Subject("party", row.id, row.version)
