"""What can be done with returns: record one, read them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.loyalty.purchases import queries
from services.loyalty.purchases.return_lines import goods, refuse
from services.loyalty.purchases.return_models import NewReturn, ReturnedLineView, ReturnView
from services.loyalty.purchases.tables import Purchase, Return, ReturnLine
from shared.events.purchases import PurchaseReturned
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.problems import CONFLICT, INVALID
from shared.web.work import Existing


async def record(
    tx: Transaction, purchase_id: str, new: NewReturn, caller: Principal, *, exchanged_for: str | None = None
) -> Existing[ReturnView]:
    """Record that goods came back; the same id with the same content does nothing.

    `exchanged_for`: the purchase that takes their place. Raises 404 for an unknown purchase, 409 for an id with other
    content, more than what is left of a line and a bill that was another customer's, 422 for lines that the purchase
    does not have and refunds above what was paid.
    """
    purchase = await queries.demand(tx.session, purchase_id, caller, lock=True)
    known = None if new.id is None else await tx.session.get(Return, new.id)
    if known is not None:
        other = exchanged_for is not None and known.exchanged_for != exchanged_for
        if other or known.content != new.content(purchase_id):
            refuse(CONFLICT, "/id", f"{new.id} is a return with other content")
        return Existing((await shown(tx.session, [known]))[0], existed=True)
    queries.demand_theirs(purchase)
    if new.occurred_at < purchase.occurred_at:
        refuse(INVALID, "/occurred_at", "the purchase was later")
    return Existing(await _store(tx, purchase, new, exchanged_for), existed=False)


async def shown(session: AsyncSession, returns: Sequence[Return]) -> list[ReturnView]:
    """The returns with their lines."""
    query = select(ReturnLine).where(col(ReturnLine.return_id).in_([found.id for found in returns]))
    lines: dict[str, list[ReturnedLineView]] = {found.id: [] for found in returns}
    for line in (await session.execute(query.order_by("return_id", "line"))).scalars():
        lines[line.return_id].append(ReturnedLineView.model_validate(line))
    return [ReturnView(**found.model_dump(exclude={"content"}), lines=lines[found.id]) for found in returns]


async def _store(tx: Transaction, purchase: Purchase, new: NewReturn, exchanged_for: str | None) -> ReturnView:
    before = await goods(tx.session, purchase.id, purchase.currency)
    return_id = new.id or str(uuid7())
    lines = [before.returned(return_id, told, f"/lines/{number}") for number, told in enumerate(new.lines)]
    entity = Return(
        id=return_id,
        purchase_id=purchase.id,
        exchanged_for=exchanged_for,
        content=new.content(purchase.id),
        created_at=tx.recorded,
        **new.model_dump(include={"occurred_at", "reason", "simulated"}),
    )
    await _insert(tx.session, entity, lines)
    part = Subject("purchase", purchase.id, entity.version, f"returns/{entity.id}")
    told = new.model_dump(include={"reason", "lines"})
    await note(tx, part, "return", before=None, after=told, at=entity.occurred_at)
    payload = PurchaseReturned(
        purchase_id=purchase.id,
        exchanged_for=exchanged_for,
        purchased_at=purchase.occurred_at,
        reason=new.reason,
        lines=tuple(map(before.event_line, lines)),
    )
    await tx.record(payload, key=purchase.key, subject=entity.id, time=entity.occurred_at, store=purchase.store_id)
    views = sorted((ReturnedLineView.model_validate(line) for line in lines), key=lambda view: view.line)
    return ReturnView(**entity.model_dump(exclude={"content"}), lines=views)


async def _insert(session: AsyncSession, entity: Return, lines: Sequence[ReturnLine]) -> None:
    session.add(entity)
    try:
        await session.flush()
    except IntegrityError:
        refuse(CONFLICT, "/id", f"{entity.id} is being used for a return of another purchase")
    session.add_all(lines)
