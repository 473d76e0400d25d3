"""A suggestion as events and the history tell of it."""

from typing import Any, cast

from services.loyalty.suggestions.domain import Kind, Offer
from services.loyalty.suggestions.tables import Suggestion
from shared.events.loyalty import SuggestionAnswered, SuggestionMade
from shared.history import Subject, note
from shared.outbox import Transaction

_TOLD = {"customer_id", "kind", "product_id", "category", "store_id", "channel", "simulated"}
_CHANGING = {"accepted", "answered_at", "purchase_id", "reason"}


def standing(row: Suggestion) -> Offer:
    """How a suggestion stands."""
    return Offer(row.occurred_at, row.accepted, row.answered_at)


def changing(row: Suggestion) -> dict[str, Any]:
    """What an answer can change, as it is."""
    return row.model_dump(include=_CHANGING)


async def tell_made(tx: Transaction, row: Suggestion) -> None:
    """Note and publish that it was made."""
    after = row.model_dump(include=_TOLD)
    await note(tx, _subject(row), "make", before=None, after=after, at=row.occurred_at)
    made = SuggestionMade(kind=cast("Kind", row.kind), category=row.category, product_id=row.product_id)
    await tx.record(made, key=row.customer_id, subject=row.id, time=row.occurred_at, store=row.store_id)


async def tell_answered(tx: Transaction, row: Suggestion, before: dict[str, Any]) -> None:
    """Note and publish the answer that was just given."""
    at = row.answered_at or tx.recorded
    await note(tx, _subject(row), "answer", before=before, after=changing(row), at=at)
    answered = SuggestionAnswered(accepted=bool(row.accepted), purchase_id=row.purchase_id)
    await tx.record(answered, key=row.customer_id, subject=row.id, time=at, store=row.store_id)


def _subject(row: Suggestion) -> Subject:
    return Subject("suggestion", row.id, row.version)
