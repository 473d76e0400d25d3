"""What the clock demands of suggestions: the models that were asked for, trained one after the other.

Whoever trains holds a lock that writes nothing, and the rows are written at the end at once: no relay waits for the
learning. Each attempt is counted before it begins, in a transaction of its own: a worker that dies leaves the model at
`training`, the next look begins anew, and a model at which `ATTEMPTS` workers died has failed. The worker's other
duties wait some seconds meanwhile, about once a month; a second replica goes on with them.

Memory: of a year of 1.5 million lines, which are 863,378 pairs of 2,469 customers and 68,260 products, `Base` takes
30 MB and the learning another 35 MB: at the peak (`ru_maxrss`) 195 MB with the worker's own 130, of 512 MB that it may
take (deploy/kubernetes). Both grow with the pairs, by some 75 bytes each.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from services.loyalty.suggestions.reading import bought
from services.loyalty.suggestions.tables import SuggestionModel
from services.loyalty.suggestions.training import Bought, Learned, learn
from shared import clock
from shared.database import driver
from shared.outbox import Transaction

log = logging.getLogger(__name__)
KEPT = 3
"""So many trained models are kept, the last and the one of the newest date, and so many failed ones."""
ATTEMPTS = 3
"""So often the training of a model is begun."""

_ALONE = text("select pg_try_advisory_xact_lock(hashtext('suggestion-models'))")
_PATIENT = text("set local idle_in_transaction_session_timeout = 0")
"""Between reading and writing it is learned."""
_BEGUN = text("""
    update suggestion_models
    set state = 'training', started_at = :now, attempts = attempts + 1, version = version + 1
    where id = :id
""")
_OLD = text("""
    delete from suggestion_models where id in (
        select id from (
            select id, row_number() over (partition by state order by finished_at desc, id) as place,
                state = 'ready' and row_number() over (
                    partition by state order by as_of desc, finished_at desc, id
                ) = 1 as newest
            from suggestion_models where state in ('ready', 'failed')
        ) as done
        where place > :kept and not newest
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
    """The duty: trains the model whose worker died, or else the one that waits longest."""
    if not await tx.session.scalar(_ALONE):
        return 0
    row = await _next(tx)
    if row is None:
        return 0
    if row.attempts < ATTEMPTS:
        await _begin(tx, row)
        await _train(tx, row)
    else:
        log.error("a suggestion model failed: %d attempts were interrupted", ATTEMPTS)
        row.state, row.error = "failed", "Interrupted"
    await _end(tx, row)
    return 1


async def _next(tx: Transaction) -> SuggestionModel | None:
    asked = select(SuggestionModel).where(col(SuggestionModel.state).in_(("waiting", "training")))
    order = col(SuggestionModel.state), col(SuggestionModel.created_at), col(SuggestionModel.id)
    return (await tx.session.execute(asked.order_by(*order).limit(1))).scalar_one_or_none()


async def _begin(tx: Transaction, row: SuggestionModel) -> None:
    """Told and counted at once, whatever becomes of the attempt."""
    async with cast("AsyncEngine", tx.session.bind).begin() as own:
        await own.execute(_BEGUN, {"id": row.id, "now": tx.recorded})
    await tx.session.refresh(row)


async def _end(tx: Transaction, row: SuggestionModel) -> None:
    row.finished_at, row.version = clock.now(), row.version + 1
    await tx.session.flush()
    await _drop_old(tx)


async def _train(tx: Transaction, row: SuggestionModel) -> None:
    await tx.session.execute(_PATIENT)
    base = Base()
    async for told in bought(tx.session, row.as_of):
        base.add(*told)
    try:
        products, categories = await asyncio.to_thread(lambda: (learn(base.products), learn(base.categories)))
    except Exception as error:  # whatever the library raises: on the same purchases it would raise it again
        log.exception("a suggestion model failed")
        row.state, row.error = "failed", type(error).__name__
    else:
        await _store(tx, row.id, "product", products, base.category_of)
        await _store(tx, row.id, "category", categories, {name: name for name in categories.buyers})
        row.state, row.customers, row.products = "ready", products.customers, len(products.buyers)


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
