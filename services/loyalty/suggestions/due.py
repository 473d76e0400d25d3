"""What the clock demands of suggestions: the models that were asked for, trained one after the other.

Whoever trains holds a lock that writes nothing, and the rows are written at the end at once: no relay waits for the
learning. A worker that dies leaves the model at `training`, and the next look begins anew. The worker's other duties
wait some seconds meanwhile, about once a month; a second replica goes on with them.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select, text
from sqlmodel import col

from services.loyalty.suggestions.reading import bought
from services.loyalty.suggestions.tables import SuggestionModel
from services.loyalty.suggestions.training import Bought, Learned, learn
from shared import clock
from shared.database import driver
from shared.outbox import Transaction

log = logging.getLogger(__name__)
KEPT = 3
"""So many models are kept, those that were trained last."""

_ALONE = text("select pg_try_advisory_xact_lock(hashtext('suggestion-models'))")
_OLD = text("""
    delete from suggestion_models where id in (
        select id from suggestion_models where state = 'ready' order by finished_at desc, id offset :kept
    ) returning id
""")
_ROWS_OF = (
    text("delete from bought_together where model_id = any(:models)"),
    text("delete from often_bought where model_id = any(:models)"),
)


@dataclass(slots=True)
class Base:
    """What was bought, as products and as categories, and the category of each product."""

    products: Bought = field(default_factory=Bought)
    categories: Bought = field(default_factory=Bought)
    category_of: dict[str, str] = field(default_factory=dict)

    def add(self, customer: str, product: str, category: str) -> None:
        """Sold under several categories, a product is of the last of them in the order of their ids."""
        self.products.add(customer, product)
        self.categories.add(customer, category)
        self.category_of[product] = max(category, self.category_of.get(product, ""))


async def train(tx: Transaction) -> int:
    """The duty: takes the model that waits longest, or goes on with the one that was taken, and trains it."""
    if not await tx.session.scalar(_ALONE):
        return 0
    row = await _next(tx)
    if row is None:
        return 0
    if row.state == "waiting":
        row.state, row.started_at, row.version = "training", tx.recorded, row.version + 1
        return 1  # so that everybody sees it
    await _train(tx, row)
    return 1


async def _next(tx: Transaction) -> SuggestionModel | None:
    asked = select(SuggestionModel).where(col(SuggestionModel.state).in_(("waiting", "training")))
    order = col(SuggestionModel.state), col(SuggestionModel.created_at), col(SuggestionModel.id)
    return (await tx.session.execute(asked.order_by(*order).limit(1))).scalar_one_or_none()


async def _train(tx: Transaction, row: SuggestionModel) -> None:
    base = Base()
    async for told in bought(tx.session, row.as_of):
        base.add(*told)
    try:
        products, categories = await asyncio.to_thread(lambda: (learn(base.products), learn(base.categories)))
    except (ArithmeticError, MemoryError, ValueError) as error:
        log.exception("a suggestion model failed")
        row.state, row.error = "failed", type(error).__name__
    else:
        await _store(tx, row.id, "product", products, base.category_of)
        await _store(tx, row.id, "category", categories, {name: name for name in categories.buyers})
        row.state, row.customers, row.products = "ready", products.customers, len(products.buyers)
    row.finished_at, row.version = clock.now(), row.version + 1
    await tx.session.flush()
    await _drop_old(tx)


async def _store(tx: Transaction, model_id: str, kind: str, learned: Learned, category_of: Mapping[str, str]) -> None:
    near = ((model_id, kind, *neighbour) for neighbour in learned.neighbours)
    await _copy(tx, "bought_together", ("model_id", "kind", "item", "other", "similarity", "support"), near)
    often = ((model_id, kind, item, category_of[item], buyers) for item, buyers in learned.buyers.items())
    await _copy(tx, "often_bought", ("model_id", "kind", "item", "category", "buyers"), often)


async def _copy(tx: Transaction, table: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    connection = await driver(await tx.session.connection())
    await connection.copy_records_to_table(table, columns=columns, records=rows)


async def _drop_old(tx: Transaction) -> None:
    models = list((await tx.session.execute(_OLD, {"kept": KEPT})).scalars())
    for statement in _ROWS_OF:
        await tx.session.execute(statement, {"models": models})
