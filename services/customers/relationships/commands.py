"""What can be done with relationships: start one, change what is known of it, end it."""

from datetime import datetime

from uuid_utils.compat import uuid7

from services.customers.parties.tables import Party
from services.customers.profiles.present import present
from services.customers.profiles.tables import Customer
from services.customers.relationships import notes
from services.customers.relationships.domain import (
    RefusedError,
    check_customer,
    check_partner,
    check_successor,
    moment,
)
from services.customers.relationships.models import NewRelationship, RelationshipChange, RelationshipEnd
from services.customers.relationships.queries import beside, customer_of, one
from services.customers.relationships.tables import Relationship
from shared.erased import gone
from shared.outbox import Transaction, record
from shared.web.entities import add_once, meant
from shared.web.problems import NOT_FOUND, WRONG_STATE, Problem
from shared.web.work import Existing


async def start(tx: Transaction, new: NewRelationship) -> Existing[Relationship]:
    """Note that a party has a role with a customer; the same id with the same content does nothing.

    Raises 404 and 410 for the customer and the party; 409 for who can't have the role, a role they have already, a
    second primary contact, and an id that is in use with other content.
    """
    named = {new.customer_id} if new.party_kind == "partner" else {new.customer_id, new.party_id}
    # Before any row: an erasure waits for whoever holds one, and `present` waits for it where a customer is unknown.
    if await tx.refused(named):
        raise gone()
    partner = await _partner(tx, new.party_id) if new.party_kind == "partner" else None
    # In the order of their ids: two customers who name each other at once wait for one another, never in a circle.
    customers = {each: await present(tx, each) for each in sorted(named)}
    found = await add_once(tx, _new(tx, new), "a relationship")
    if not found.existed:
        await _check(tx, found.entity, customers[new.customer_id], partner)
        await record(tx.session, [await notes.started(tx, found.entity)])
    return found


async def change(tx: Transaction, relationship_id: str, told: RelationshipChange, if_match: str | None) -> Relationship:
    """Note what is different of a relationship; what changes nothing does nothing.

    Raises 404, 410, 412, 428; 409 for one that is over, a time that is not after the last, a second primary contact.
    """
    row = await _meant(tx, relationship_id, if_match)
    changes = told.changes()
    at = _moment(tx, row, told.occurred_at)
    before = row.model_dump(include=set(changes))
    if before == changes:
        return row
    if changes.get("primary"):
        _check_primary(row, await beside(tx.session, row))
    for name, value in changes.items():
        setattr(row, name, value)
    await record(tx.session, [await notes.changed(tx, row, before, at)])
    return row


async def end(tx: Transaction, relationship_id: str, told: RelationshipEnd, if_match: str | None) -> Relationship:
    """Note that a relationship is over, and which other takes its place.

    Raises 404, 410, 412, 428; 409 for one that is over, a time that is not after the last, an unfit successor.
    """
    row = await _meant(tx, relationship_id, if_match)
    at = _moment(tx, row, told.occurred_at)
    if told.replaced_by is not None:
        other = await one(tx.session, told.replaced_by)
        try:
            check_successor((row.customer_id, row.id), (other.customer_id, other.id), other.ended_at)
        except RefusedError as error:
            raise Problem(WRONG_STATE, str(error)) from None
    await record(tx.session, [await notes.ended(tx, row, at, told.replaced_by)])
    return row


async def _partner(tx: Transaction, party_id: str) -> Party:
    # Before any customer, as in `leave`: nobody gets a new relationship while they leave.
    row = await tx.session.get(Party, party_id, with_for_update={"read": True})
    if row is None:
        raise Problem(NOT_FOUND, f"no partner {party_id}")
    return row


async def _meant(tx: Transaction, relationship_id: str, if_match: str | None) -> Relationship:
    await present(tx, await customer_of(tx.session, relationship_id))
    return await meant(tx, Relationship, relationship_id, if_match, "relationship")


async def _check(tx: Transaction, row: Relationship, customer: Customer, partner: Party | None) -> None:
    others = await beside(tx.session, row)
    try:
        check_customer(row.role, customer.kind)
        if partner is not None:
            check_partner(row.role, partner.kind, partner.left_at)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    twin = next((each for each in others if _between(each) == _between(row)), None)
    if twin is not None:
        raise Problem(WRONG_STATE, f"{twin.id} is open: the same two have a role with each other once at a time")
    if row.primary:
        _check_primary(row, others)


def _check_primary(row: Relationship, others: list[Relationship]) -> None:
    if row.role != "contact":
        raise Problem(WRONG_STATE, "only a contact can be the primary one")
    first = next((each for each in others if each.primary), None)
    if first is not None:
        raise Problem(WRONG_STATE, f"{first.id} is the primary contact: an organization has one at a time")


def _moment(tx: Transaction, row: Relationship, told: datetime | None) -> datetime:
    try:
        return moment(row.changed_at, row.ended_at, told, tx.recorded)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None


def _between(row: Relationship) -> tuple[str, str, str | None]:
    return row.party_kind, row.party_id, row.decision


def _new(tx: Transaction, new: NewRelationship) -> Relationship:
    at = new.occurred_at or tx.recorded
    told = new.model_dump(exclude={"id", "occurred_at"}) | {"occurred_at": at, "changed_at": at}
    return Relationship(id=new.id or str(uuid7()), content=new.content(), created_at=tx.recorded, **told)
