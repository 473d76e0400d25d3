"""What can be done with the register of competitors: put one, put an offer of theirs. The whole chain looks at it."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError

from services.loyalty.competitors import queries
from services.loyalty.competitors.models import CompetitorTold, OfferTold
from services.loyalty.competitors.tables import Competitor, CompetitorOffer
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import for_update
from shared.web.fields import Request
from shared.web.preconditions import check_match, demand_match
from shared.web.problems import Collision
from shared.web.work import Existing

R = TypeVar("R", Competitor, CompetitorOffer)


async def put(
    tx: Transaction, competitor_id: str, told: CompetitorTold, if_match: str | None, caller: Principal
) -> Existing[Competitor]:
    """Create a competitor or replace it under `If-Match`; identical content does nothing. Raises 403, 412, 428."""
    caller.demand_chain()
    return await _put(tx, Competitor, {"id": competitor_id}, told, if_match)


async def put_offer(
    tx: Transaction, key: Mapping[str, str], told: OfferTold, if_match: str | None, caller: Principal
) -> Existing[CompetitorOffer]:
    """The same with an offer, `key`: its competitor and its id. Raises 404 for a competitor who is not known, too."""
    caller.demand_chain()
    await queries.one(tx.session, key["competitor_id"])
    return await _put(tx, CompetitorOffer, key, told, if_match)


async def _put(
    tx: Transaction, table: type[R], key: Mapping[str, Any], told: Request, if_match: str | None
) -> Existing[R]:
    values = {name: getattr(told, name) for name in type(told).model_fields}
    row = await for_update(tx, table, key)
    if row is None:
        check_match(if_match, None)
        return await _create(tx, table(**key, created_at=tx.recorded, updated_at=tx.recorded, **values), values)
    before = {name: getattr(row, name) for name in values}
    if before == values:
        return Existing(row, existed=True)
    demand_match(if_match, row.version)
    for name, value in values.items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, tx.recorded
    await note(tx, _subject(row), "change", before=before, after=values)
    return Existing(row, existed=True)


async def _create(tx: Transaction, row: R, values: Mapping[str, Any]) -> Existing[R]:
    tx.session.add(row)
    try:
        await tx.session.flush()
    except IntegrityError:
        raise Collision(row.id) from None
    await note(tx, _subject(row), "create", before=None, after=values)
    return Existing(row, existed=False)


def _subject(row: Competitor | CompetitorOffer) -> Subject:
    if isinstance(row, Competitor):
        return Subject("competitor", row.id, row.version)
    return Subject("competitor", row.competitor_id, row.version, f"offers/{row.id}")
