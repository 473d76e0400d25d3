"""What can be done with the catalogue: put a category, a product, a store."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError

from services.loyalty.catalogue.models import CategoryTold, ProductTold, StoreTold
from services.loyalty.catalogue.tables import Category, Product, Store
from shared.events import Payload
from shared.events.reference import CategoryOffered, StoreClosed, StoreOpened
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import for_update
from shared.web.preconditions import check_match, demand_match
from shared.web.problems import Collision
from shared.web.work import Existing

R = TypeVar("R", Category, Product, Store)


async def put_category(
    tx: Transaction, category_id: str, told: CategoryTold, if_match: str | None, caller: Principal
) -> Existing[Category]:
    """Create a category or replace it under `If-Match`; identical content does nothing."""
    caller.demand_chain()
    row, existed, changed = await _put(tx, Category, category_id, told, if_match)
    if changed:
        await _tell(tx, f"category:{row.id}", row.id, _offered(row))
    return Existing(row, existed)


async def put_product(
    tx: Transaction, product_id: str, told: ProductTold, if_match: str | None, caller: Principal
) -> Existing[Product]:
    """Create a product or replace it under `If-Match`; identical content does nothing. Nobody else needs to hear."""
    caller.demand_chain()
    row, existed, _ = await _put(tx, Product, product_id, told, if_match)
    return Existing(row, existed)


async def put_store(
    tx: Transaction, store_id: str, told: StoreTold, if_match: str | None, caller: Principal
) -> Existing[Store]:
    """Create a store or replace it under `If-Match`; identical content does nothing."""
    caller.demand_store(store_id)
    row, existed, changed = await _put(tx, Store, store_id, told, if_match)
    if changed:
        await _tell(tx, f"store:{row.id}", row.id, _open_or_closed(row))
    return Existing(row, existed)


async def _put(
    tx: Transaction, table: type[R], entity_id: str, told: BaseModel, if_match: str | None
) -> tuple[R, bool, bool]:
    """The row as it is now, whether it existed, and whether this changed anything."""
    values = {name: getattr(told, name) for name in type(told).model_fields}
    row = await for_update(tx, table, entity_id)
    if row is None:
        check_match(if_match, None)
        row = table(id=entity_id, created_at=tx.recorded, updated_at=tx.recorded, **values)
        return await _create(tx, row, values)
    if all(getattr(row, name) == value for name, value in values.items()):
        return row, True, False
    demand_match(if_match, row.version)
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, tx.recorded
    await note(tx, _subject(row), "change", before=before, after=values)
    return row, True, True


async def _create(tx: Transaction, row: R, values: Mapping[str, object]) -> tuple[R, bool, bool]:
    tx.session.add(row)
    try:
        await tx.session.flush()
    except IntegrityError:
        raise Collision(row.id) from None
    await note(tx, _subject(row), "create", before=None, after=values)
    return row, False, True


def _subject(row: Category | Product | Store) -> Subject:
    return Subject(type(row).__name__.lower(), row.id, row.version)


async def _tell(tx: Transaction, key: str, subject: str, payload: Payload) -> None:
    # The moment of the command, not of the interval: the payload carries the intervals, the latest one holds.
    await tx.record(payload, key=key, subject=subject, time=tx.recorded)


def _offered(row: Category) -> CategoryOffered:
    told = row.model_dump(include={"offered_from", "offered_until", "format", "level", "assumed_margin"})
    return CategoryOffered(**told)


def _open_or_closed(row: Store) -> StoreOpened | StoreClosed:
    told = row.model_dump(include={"opened_on", "format", "region", "time_zone"})
    return StoreOpened(**told) if row.closed_on is None else StoreClosed(closed_on=row.closed_on, **told)
