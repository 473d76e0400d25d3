"""What can be done with volume-price agreements: make one, end one, and quote by them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from uuid_utils.compat import uuid7

from services.loyalty.agreements import domain, queries
from services.loyalty.agreements.domain import Price, RefusedError, Wanted
from services.loyalty.agreements.models import Ending, NewAgreement
from services.loyalty.agreements.quote_models import NewQuote
from services.loyalty.agreements.tables import Quote, VolumeAgreement
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once, meant
from shared.web.problems import WRONG_STATE, Problem
from shared.web.work import Existing

_UNTOLD = {"id", "content", "created_at", "version"}


@dataclass(frozen=True, slots=True)
class Target:
    """The agreement that a caller means, in the version they read (`If-Match`)."""

    agreement_id: str
    if_match: str | None
    caller: Principal


async def make(tx: Transaction, new: NewAgreement, caller: Principal) -> Existing[VolumeAgreement]:
    """Note what was agreed; the same id with the same content does nothing.

    It holds in every store: raises 403 for a token bound to stores, 409 for an id with other content, 410 for who was
    erased.
    """
    caller.demand_chain()
    await tx.admit(new.customer_id)
    found = await add_once(tx, _new(tx, new), "a volume agreement")
    row = found.entity
    if not found.existed:
        await note(tx, _subject(row), "make", before=None, after=row.model_dump(exclude=_UNTOLD), at=row.occurred_at)
    return found


async def end(tx: Transaction, target: Target, told: Ending) -> VolumeAgreement:
    """The agreement holds no longer; what was bought by it before stays as it is. One that has not begun never will.

    Raises 403 for a token bound to stores, 404, 409 for one that is over, 410, 412 and 428.
    """
    target.caller.demand_chain()
    known = await queries.one(tx.session, target.agreement_id)
    await tx.admit(known.customer_id)  # before the row is locked, as an erasure does
    row = await meant(tx, VolumeAgreement, target.agreement_id, target.if_match, "volume agreement")
    try:
        at = domain.end(row.valid_until, row.ended_at, told.occurred_at or tx.recorded)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    row.ended_at, row.version = at, row.version + 1
    await note(tx, _subject(row), "end", before={"ended_at": None}, after={"ended_at": at}, at=at)
    return row


async def quote(tx: Transaction, new: NewQuote, caller: Principal) -> Existing[Quote]:
    """What a bill would come to by the agreements of that moment; the same id with the same content does nothing.

    Raises 403 for another store, and for none where a token is bound to stores; 409 for an id with other content, 410
    for who was erased.
    """
    caller.demand_store(new.store_id)
    await tx.admit(new.customer_id)
    at, theirs = new.occurred_at or tx.recorded, await queries.of_families(tx.session, [new.customer_id])
    holding = [each for each in theirs.get(new.customer_id, ()) if each.holds(at, new.currency)]
    prices = domain.best(holding, new.wanted, new.currency)
    lines = [_line(number, *line) for number, line in enumerate(zip(new.wanted, prices, strict=True), 1)]
    told = new.model_dump(include={"customer_id", "store_id", "currency"})
    row = Quote(
        id=new.id or str(uuid7()), occurred_at=at, lines=lines, content=new.content(), created_at=tx.recorded, **told
    )
    return await add_once(tx, row, "a quote")


def _new(tx: Transaction, new: NewAgreement) -> VolumeAgreement:
    told = new.model_dump(exclude={"id", "steps"}) | {"occurred_at": new.occurred_at or tx.recorded}
    steps = new.model_dump(mode="json", include={"steps"})["steps"]
    return VolumeAgreement(
        id=new.id or str(uuid7()), steps=steps, content=new.content(), created_at=tx.recorded, **told
    )


def _line(number: int, line: Wanted, price: Price) -> dict[str, Any]:
    told = line._asdict() | {"paid_amount": price.paid, "saved": line.list_amount - price.paid}
    exact = {name: format(value, "f") if isinstance(value, Decimal) else value for name, value in told.items()}
    return exact | {"line": number, "agreement_id": price.agreement_id}


def _subject(row: VolumeAgreement) -> Subject:
    return Subject("volume_agreement", row.id, row.version)
