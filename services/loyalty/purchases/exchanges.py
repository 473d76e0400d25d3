"""What can be done at once: give goods back and take others in their place."""

from collections.abc import Iterator
from contextlib import contextmanager

from uuid_utils import uuid7

from services.loyalty.cards.queries import holders
from services.loyalty.purchases import commands, queries, returns
from services.loyalty.purchases.bill import Bill
from services.loyalty.purchases.exchange_models import ExchangeView, NewExchange
from services.loyalty.purchases.models import NewPurchase
from services.loyalty.purchases.return_lines import refuse
from services.loyalty.purchases.tables import Purchase
from shared.aliases import family
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.problems import CONFLICT, INVALID, Problem
from shared.web.work import Existing


async def exchange(tx: Transaction, purchase_id: str, told: NewExchange, caller: Principal) -> Existing[ExchangeView]:
    """Record a return and the purchase in its place; both told again with the same ids and content do nothing.

    Raises what either raises, 422 where the purchase is another customer's, in another currency or before the return,
    and 409 where it is known and the return is not: one told again without its id would come back twice.
    """
    bought = await queries.demand(tx.session, purchase_id, caller)
    if bought.customer_id is not None:
        await tx.admit(bought.customer_id)  # before the row is locked, as an erasure does
    new = told.purchase.model_copy(update={"id": told.purchase.id or str(uuid7())})
    await _check(tx, bought, new, told)
    with _under("/return"):
        back = await returns.record(tx, purchase_id, told.back, caller, exchanged_for=new.id)
    with _under("/purchase"):
        sold = await commands.record(tx, new, caller)
    if sold.existed and not back.existed:
        refuse(CONFLICT, "/purchase/id", f"{new.id} is known already, and this return is not")
    made = ExchangeView(back=back.entity, purchase=sold.entity)
    return Existing(made, existed=back.existed and sold.existed)


async def _check(tx: Transaction, bought: Purchase, new: NewPurchase, told: NewExchange) -> None:
    bill = Bill.of(new, await holders(tx.session, [new.card_id]))
    if not await _same(tx, bought.customer_id, bill.told.customer_id):
        refuse(INVALID, "/purchase/customer_id", "the goods were another customer's")
    if new.currency != bought.currency:
        refuse(INVALID, "/purchase/currency", f"the goods were paid in {bought.currency}")
    if new.occurred_at < told.back.occurred_at:
        refuse(INVALID, "/purchase/occurred_at", "before the return")


async def _same(tx: Transaction, one: str | None, other: str | None) -> bool:
    if one == other or one is None or other is None:
        return one == other
    return other in await family(tx.session, one)


@contextmanager
def _under(place: str) -> Iterator[None]:
    """Problems of a part of the body point at that part."""
    try:
        yield
    except Problem as problem:
        problem.errors = [dict(error) | {"pointer": place + error["pointer"]} for error in problem.errors]
        raise
