"""What can be done with cards: issue one, block a lost one. Every store may: a card serves them all."""

from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from services.loyalty.cards import queries
from services.loyalty.cards.models import Blocking, NewCard
from services.loyalty.cards.tables import Card
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.preconditions import check_match
from shared.web.problems import CONFLICT, INVALID, Collision, Kind, Problem
from shared.web.work import Existing


async def issue(tx: Transaction, new: NewCard) -> Existing[Card]:
    """Issue a card; the same id with the same content does nothing, with other content 409.

    Raises 410 for a customer who was erased.
    """
    await tx.admit(new.customer_id)
    known = None if new.id is None else await tx.session.get(Card, new.id)
    if known is not None:
        # Whoever told no moment took ours; told again later, it is still the same card.
        if (known.customer_id, known.issued_at) != (new.customer_id, new.occurred_at or known.issued_at):
            raise _problem(CONFLICT, "/id", f"{new.id} is a card with other content")
        return Existing(known, existed=True)
    issued_at = new.occurred_at or tx.recorded
    card = Card(id=new.id or str(uuid7()), customer_id=new.customer_id, issued_at=issued_at, created_at=tx.recorded)
    tx.session.add(card)
    try:
        await tx.session.flush()
    except IntegrityError:
        raise Collision(card.id) from None
    after = {"customer_id": card.customer_id, "issued_at": issued_at}
    await note(tx, _subject(card), "issue", before=None, after=after, at=issued_at)
    return Existing(card, existed=False)


async def block(tx: Transaction, card_id: str, told: Blocking, if_match: str | None) -> Card:
    """Block a lost card; a blocked one stays as it is.

    Raises 404, 412 where `If-Match` is sent and stale, 422 for a loss before the card was issued.
    """
    card = await queries.one(tx.session, card_id, lock=True)
    # Whoever found the card is in a hurry: they may block it without having read it.
    check_match(if_match, card.version)
    if card.blocked_at is not None:
        return card
    if told.occurred_at is not None and told.occurred_at < card.issued_at:
        raise _problem(INVALID, "/occurred_at", "the card was issued later")
    card.blocked_at = told.occurred_at or max(tx.recorded, card.issued_at)
    card.version += 1
    after = {"blocked_at": card.blocked_at}
    await note(tx, _subject(card), "block", before={"blocked_at": None}, after=after, at=card.blocked_at)
    return card


def _subject(card: Card) -> Subject:
    return Subject("card", card.id, card.version)


def _problem(kind: Kind, pointer: str, detail: str) -> Problem:
    return Problem(kind, detail, errors=[{"pointer": pointer, "detail": detail}])
