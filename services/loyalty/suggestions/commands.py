"""What can be done with suggestions: make one, answer it; and ask for a model that they are computed from."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.loyalty.catalogue.tables import Product
from services.loyalty.purchases.tables import Purchase
from services.loyalty.suggestions import domain, queries
from services.loyalty.suggestions.domain import RefusedError
from services.loyalty.suggestions.models import Answer, NewModel, NewSuggestion
from services.loyalty.suggestions.tables import Suggestion, SuggestionModel
from services.loyalty.suggestions.telling import changing, standing, tell_answered, tell_made
from shared.aliases import family
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once, meant
from shared.web.problems import INVALID, WRONG_STATE, Problem
from shared.web.work import Existing


@dataclass(frozen=True, slots=True)
class Target:
    """The suggestion that a caller means, in the version they read (`If-Match`)."""

    suggestion_id: str
    if_match: str | None
    caller: Principal


async def ask(tx: Transaction, new: NewModel) -> Existing[SuggestionModel]:
    """Ask for a model; the worker trains it. The same id with the same content asks for a failed one anew.

    One that did not fail stays as it is. Raises 409 for an id that is in use with other content, 422 for a moment in
    the future.
    """
    if new.as_of is not None and new.as_of > tx.recorded:
        raise _invalid("/as_of", "it is in the future")
    row = SuggestionModel(
        id=new.id or str(uuid7()), as_of=new.as_of or tx.recorded, content=new.content(), created_at=tx.recorded
    )
    found = await add_once(tx, row, "a suggestion model")
    if not found.existed:
        told = {"as_of": found.entity.as_of}
        await note(tx, Subject("suggestion_model", row.id, row.version), "ask", before=None, after=told)
    elif found.entity.state == "failed":
        await _ask_anew(tx, found.entity)
    return found


async def make(tx: Transaction, new: NewSuggestion, caller: Principal) -> Existing[Suggestion]:
    """Note that something was put to a customer; the same id with the same content does nothing.

    Raises 403 for another store, and for none where a token is bound to stores; 409 for an id that is in use with other
    content, 410 for who was erased, 422 for a product of another category.
    """
    await tx.admit(new.customer_id)
    caller.demand_store(new.store_id)
    found = await add_once(tx, _new(tx, new), "a suggestion")
    if not found.existed:
        found.entity.category = await _category(tx, new)
        await tell_made(tx, found.entity)
    return found


async def answer(tx: Transaction, target: Target, told: Answer) -> Suggestion:
    """Note whether the customer took it.

    Raises 404 (another store's too), 409 for one that was answered, 410, 412, 428, and 422 for a purchase that is not
    this customer's or was before the suggestion.
    """
    found = await queries.one(tx.session, target.suggestion_id, target.caller)
    await tx.admit(found.customer_id)  # before the row is locked, as an erasure does
    row = await meant(tx, Suggestion, target.suggestion_id, target.if_match, "suggestion")
    try:
        after = domain.answer(standing(row), told.accepted, told.occurred_at, tx.recorded)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    if told.purchase_id is not None:
        await _check_purchase(tx, row, told.purchase_id)
    before = changing(row)
    row.accepted, row.answered_at = after.accepted, after.answered_at
    row.purchase_id, row.reason, row.version = told.purchase_id, told.reason, row.version + 1
    await tell_answered(tx, row, before)
    return row


async def _ask_anew(tx: Transaction, row: SuggestionModel) -> None:
    before = row.model_dump(include={"state", "error", "attempts"})
    row.state, row.error, row.attempts, row.version = "waiting", None, 0, row.version + 1
    row.started_at = row.finished_at = None
    after = row.model_dump(include=set(before))
    await note(tx, Subject("suggestion_model", row.id, row.version), "ask", before=before, after=after)


def _new(tx: Transaction, new: NewSuggestion) -> Suggestion:
    told = new.model_dump(exclude={"id", "occurred_at"})
    at: datetime = new.occurred_at or tx.recorded
    return Suggestion(id=new.id or str(uuid7()), occurred_at=at, content=new.content(), created_at=tx.recorded, **told)


async def _category(tx: Transaction, new: NewSuggestion) -> str | None:
    """The one that was told, or else the product's where that is known; raises 422 where they differ."""
    known = await tx.session.scalar(select(col(Product.category)).where(col(Product.id) == new.product_id))
    if known is not None and new.category not in {None, known}:
        raise _invalid("/category", f"{new.product_id} is of the category {known}")
    return new.category or known


async def _check_purchase(tx: Transaction, row: Suggestion, purchase_id: str) -> None:
    purchase = await tx.session.get(Purchase, purchase_id)
    if purchase is None or purchase.customer_id not in await family(tx.session, row.customer_id):
        raise _invalid("/purchase_id", "the customer has no such purchase")
    if purchase.occurred_at < row.occurred_at:
        raise _invalid("/purchase_id", "the purchase was before the suggestion")


def _invalid(pointer: str, detail: str) -> Problem:
    return Problem(INVALID, f"look at {pointer}", errors=[{"pointer": pointer, "detail": detail}])
