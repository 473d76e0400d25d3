"""What can be done with preferences: state, use, withdraw."""

from datetime import datetime
from typing import Any

from uuid_utils.compat import uuid7

from services.customers.preferences.domain import RefusedError, Standing, moment, stated
from services.customers.preferences.models import NewPreference
from services.customers.preferences.tables import Preference
from services.customers.profiles.belongings import Target, meant
from services.customers.profiles.present import present
from shared.events.visits import PreferenceStated, PreferenceUsed
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.entities import add_once
from shared.web.problems import INVALID, WRONG_STATE, Problem
from shared.web.work import Existing

_TOLD = {"topic", "words", "due_at", "occurred_at", "simulated"}
_CHANGING = {"used", "used_at", "withdrawn_at"}


async def state(tx: Transaction, customer_id: str, new: NewPreference) -> Existing[Preference]:
    """Note what a customer prefers; the same id with the same content does nothing.

    Raises 404 and 410 for the customer, 409 for an id that is in use with other content, 422 for a due time before
    it was stated.
    """
    await present(tx, customer_id)
    made = await add_once(tx, _new(tx, customer_id, new), "a preference")
    if not made.existed:
        await _tell(tx, made.entity)
    return made


async def use(tx: Transaction, target: Target, told: datetime | None) -> Preference:
    """Note that it was acted upon, once more. Raises 404, 409, 410, 412, 428."""
    row = await meant(tx, Preference, target, "preference")
    at, before = _moment(tx, row, told), _standing(row)
    row.used, row.used_at = row.used + 1, at
    await _change(tx, row, "use", before, at)
    await tx.record(PreferenceUsed(), key=row.customer_id, subject=row.id, time=at)
    return row


async def withdraw(tx: Transaction, target: Target, told: datetime | None) -> Preference:
    """Note that it holds no more; nobody else is told. Raises 404, 409, 410, 412, 428."""
    row = await meant(tx, Preference, target, "preference")
    at, before = _moment(tx, row, told), _standing(row)
    row.withdrawn_at = at
    await _change(tx, row, "withdraw", before, at)
    return row


def _new(tx: Transaction, customer_id: str, new: NewPreference) -> Preference:
    told = dict(new) | {"id": new.id or str(uuid7()), "occurred_at": new.occurred_at or tx.recorded}
    return Preference(**told, customer_id=customer_id, content=new.content(customer_id), created_at=tx.recorded)


async def _tell(tx: Transaction, row: Preference) -> None:
    try:
        stated(row.occurred_at, row.due_at)
    except RefusedError as error:
        raise Problem(INVALID, "look at /due_at", errors=[{"pointer": "/due_at", "detail": str(error)}]) from None
    await note(tx, _subject(row), "state", before=None, after=row.model_dump(include=_TOLD), at=row.occurred_at)
    told = PreferenceStated(topic=row.topic, due_at=row.due_at)
    await tx.record(told, key=row.customer_id, subject=row.id, time=row.occurred_at)


def _moment(tx: Transaction, row: Preference, told: datetime | None) -> datetime:
    try:
        return moment(Standing(row.occurred_at, row.used_at, row.withdrawn_at), told, tx.recorded)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None


async def _change(tx: Transaction, row: Preference, verb: str, before: dict[str, Any], at: datetime) -> None:
    row.version += 1
    await note(tx, _subject(row), verb, before=before, after=_standing(row), at=at)


def _standing(row: Preference) -> dict[str, Any]:
    return row.model_dump(include=_CHANGING)


def _subject(row: Preference) -> Subject:
    return Subject("preference", row.id, row.version)
