"""Taking visits in, a batch at a time (L02)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from services.customers.visits.models import NewVisit
from services.customers.visits.storing import named, store
from services.customers.visits.tables import Visit
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.imports import Line, Verdict, other_store, rejected
from shared.web.problems import CONFLICT, GONE


async def take_in(tx: Transaction, lines: Sequence[Line[NewVisit]], caller: Principal) -> list[Verdict]:
    """Note a batch of visits; each line gets its verdict. A line without id is a visit of its own."""
    gone = await tx.refused({line.body.customer_id for line in lines})
    refusals = {line.number: _refusal(line, caller, gone) for line in lines}
    verdicts = [verdict for verdict in refusals.values() if verdict]
    taken = [Line(line.number, named(line.body)) for line in lines if refusals[line.number] is None]
    firsts = {line.body.id: line for line in reversed(taken)}
    fresh = await store(tx, [line.body for line in firsts.values()])
    known = await _contents(tx, [line.body.id for line in taken if line.body.id])
    for line in taken:
        first = line.body.id in fresh and firsts[line.body.id] is line
        verdicts.append(Verdict(line.number, "accepted", line.body.id) if first else _seen(line, known))
    return verdicts


def _refusal(line: Line[NewVisit], caller: Principal, gone: set[str]) -> Verdict | None:
    if not caller.serves(line.body.store_id):
        return other_store(line.number)
    if line.body.customer_id in gone:
        fault = {"pointer": "/customer_id", "detail": "the customer demanded to be forgotten"}
        return rejected(line.number, GONE, [fault])
    return None


async def _contents(tx: Transaction, ids: Sequence[str]) -> dict[str, bytes]:
    query = select(col(Visit.id), col(Visit.content)).where(col(Visit.id).in_(ids))
    return {row.id: row.content for row in await tx.session.execute(query)}


def _seen(line: Line[NewVisit], known: dict[str, bytes]) -> Verdict:
    if line.body.id is not None and known.get(line.body.id) == line.body.content():
        return Verdict(line.number, "duplicate", line.body.id)
    return rejected(line.number, CONFLICT, [{"pointer": "/id", "detail": "a visit with other content has this id"}])
