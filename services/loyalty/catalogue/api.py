"""REST: categories, products and stores (L05); every caller may read them."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlmodel import col

from services.loyalty.catalogue import commands, queries
from services.loyalty.catalogue.models import CategoryTold, CategoryView, ProductTold, ProductView, StoreTold, StoreView
from services.loyalty.catalogue.tables import Category, Product, Store
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatch, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.fields import Code
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(tags=["catalogue"])
EntityId = Annotated[str, Path(pattern=ID_PATTERN)]


def _category(row: Category) -> CategoryView:
    return CategoryView.model_validate(row)


def _product(row: Product) -> ProductView:
    return ProductView.model_validate(row)


def _store(row: Store) -> StoreView:
    return StoreView.model_validate(row)


@router.put("/categories/{category_id}", status_code=201, response_model=CategoryView)
async def put_category(category_id: EntityId, body: CategoryTold, work: Writing, if_match: IfMatch) -> Response:
    """Create a category under this id, or replace it (with `If-Match`)."""
    command = partial(
        commands.put_category, category_id=category_id, told=body, if_match=if_match, caller=work.principal
    )
    return await work.run(command, Existing.shown_by(_category), created="/v1/categories/{id}")


@router.get("/categories/{category_id}", response_model=CategoryView)
async def read_category(category_id: EntityId, session: Reading) -> Response:
    """One category."""
    return respond(await queries.one(session, Category, category_id), _category)


@router.get("/categories/{category_id}/history")
async def read_category_history(category_id: EntityId, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a category, the newest first."""
    await queries.one(session, Category, category_id)
    return await history.page(session, paging, "category", category_id)


@router.get("/categories")
async def read_categories(session: Reading, paging: Paging) -> Page[CategoryView]:
    """Categories in the order of their ids."""
    rows, following = await queries.page(session, Category, paging.limit, paging.cursor)
    return paging.page([_category(row) for row in rows], following)


@router.put("/products/{product_id}", status_code=201, response_model=ProductView)
async def put_product(product_id: EntityId, body: ProductTold, work: Writing, if_match: IfMatch) -> Response:
    """Create a product under this id, or replace it (with `If-Match`)."""
    command = partial(commands.put_product, product_id=product_id, told=body, if_match=if_match, caller=work.principal)
    return await work.run(command, Existing.shown_by(_product), created="/v1/products/{id}")


@router.get("/products/{product_id}", response_model=ProductView)
async def read_product(product_id: EntityId, session: Reading) -> Response:
    """One product."""
    return respond(await queries.one(session, Product, product_id), _product)


@router.get("/products/{product_id}/history")
async def read_product_history(product_id: EntityId, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a product, the newest first."""
    await queries.one(session, Product, product_id)
    return await history.page(session, paging, "product", product_id)


@router.get("/products")
async def read_products(session: Reading, paging: Paging, category: Code | None = None) -> Page[ProductView]:
    """Products in the order of their ids, of one category where it is told."""
    conditions = [] if category is None else [col(Product.category) == category]
    rows, following = await queries.page(session, Product, paging.limit, paging.cursor, *conditions)
    return paging.page([_product(row) for row in rows], following)


@router.put("/stores/{store_id}", status_code=201, response_model=StoreView)
async def put_store(store_id: EntityId, body: StoreTold, work: Writing, if_match: IfMatch) -> Response:
    """Create a store under this id, or replace it (with `If-Match`)."""
    command = partial(commands.put_store, store_id=store_id, told=body, if_match=if_match, caller=work.principal)
    return await work.run(command, Existing.shown_by(_store), created="/v1/stores/{id}")


@router.get("/stores/{store_id}", response_model=StoreView)
async def read_store(store_id: EntityId, session: Reading) -> Response:
    """One store."""
    return respond(await queries.one(session, Store, store_id), _store)


@router.get("/stores/{store_id}/history")
async def read_store_history(store_id: EntityId, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a store, the newest first."""
    await queries.one(session, Store, store_id)
    return await history.page(session, paging, "store", store_id)


@router.get("/stores")
async def read_stores(session: Reading, paging: Paging) -> Page[StoreView]:
    """Stores in the order of their ids."""
    rows, following = await queries.page(session, Store, paging.limit, paging.cursor)
    return paging.page([_store(row) for row in rows], following)
