"""What would suit a customer, computed from a trained model; nothing is written.

Cross-sell: what similar customers buy together with theirs, from categories that are new to them and from the others in
turn. Up-sell: products one level above the highest that they buy. The kinds take turns, so that neither hides the
other. A new category in which no product is known to go with theirs is proposed as a whole, behind all products.
"""

from collections.abc import Collection
from datetime import datetime
from itertools import islice

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.suggestions import queries
from services.loyalty.suggestions.customer import Customer, known
from services.loyalty.suggestions.domain import Kind
from services.loyalty.suggestions.models import Proposal, Proposals, UsedModel
from services.loyalty.suggestions.ranking import Neighbour, Scored, served, summed
from services.loyalty.suggestions.tables import SuggestionModel

DIGITS = 4
_Found = list[Proposal]

_NEAR = text("""
    select item, other, similarity, support from bought_together
    where model_id = :model and kind = :kind and item = any(:items) and not other = any(:without)
""")
_OFFERED = text("""
    select o.item, coalesce(p.category, o.category) as category
    from often_bought o
    left join products p on o.kind = 'product' and p.id = o.item
    left join categories c on c.id = coalesce(p.category, o.category)
    where o.model_id = :model and o.kind = :kind and o.item = any(:items)
        and coalesce(p.offered_from <= :day, true) and coalesce(p.offered_until > :day, true)
        and coalesce(c.offered_from <= :day, true) and coalesce(c.offered_until > :day, true)
""")
"""What nobody told anything of is on offer: it was bought."""
_ABOVE = text("""
    with had as (
        select category, max(level) as level from products
        where id = any(:recent) and level is not null group by category
    ), above as (
        select p.id, p.category, had.level as had, rank() over (partition by p.category order by p.level) as step
        from products p join had on had.category = p.category and p.level > had.level
        left join categories c on c.id = p.category
        where coalesce(p.offered_from <= :day, true) and coalesce(p.offered_until > :day, true)
            and coalesce(c.offered_from <= :day, true) and coalesce(c.offered_until > :day, true)
    )
    select above.id as product, above.category, coalesce(o.buyers, 0) as buyers, array(
        select id from products where id = any(:recent) and category = above.category and level = above.had
        order by id limit 3
    ) as because
    from above left join often_bought o on o.model_id = :model and o.kind = 'product' and o.item = above.id
    where step = 1 and not above.id = any(:without) and not above.category = any(:declined)
    order by buyers desc, above.id limit :limit
""")


async def propose(session: AsyncSession, customer_id: str, as_of: datetime, kind: Kind | None, limit: int) -> Proposals:
    """What would have suited the customer at `as_of`, by the newest model of then; of both kinds where none is told."""
    model = await queries.newest(session, as_of)
    if model is None:
        return Proposals(model=None, items=[])
    customer = await known(session, customer_id, as_of)
    new, usual, above, whole = list[Proposal](), list[Proposal](), list[Proposal](), list[Proposal]()
    if kind != "up_sell":
        new, usual, whole = await _cross_sell(session, model, customer, as_of)
    if kind != "cross_sell":
        above = await _up_sell(session, model, customer, as_of, limit)
    items = list(islice(served(new, usual, above, whole), limit))
    return Proposals(model=UsedModel.model_validate(model), items=items)


async def _cross_sell(
    session: AsyncSession, model: SuggestionModel, customer: Customer, as_of: datetime
) -> tuple[_Found, _Found, _Found]:
    """Products of categories that are new to the customer, products of the others, and whole categories."""
    without = customer.products | customer.declined_products
    products = await _near(session, model, "product", customer.recent, without)
    offered = await _offered(session, model, "product", products, as_of)
    fitting = [(found, offered[found.item]) for found in products if found.item in offered]
    new = [each for each in fitting if each[1] not in customer.categories | customer.declined_categories]
    whole = await _categories(session, model, customer, {category for _, category in new}, as_of)
    usual = [each for each in fitting if each[1] in customer.categories - customer.declined_categories]
    return (
        [_together(customer, found, found.item, category) for found, category in new],
        [_together(customer, found, found.item, category) for found, category in usual],
        [_together(customer, found, None, found.item) for found in whole],
    )


async def _categories(
    session: AsyncSession, model: SuggestionModel, customer: Customer, covered: set[str], as_of: datetime
) -> list[Scored]:
    without = customer.categories | customer.declined_categories | covered
    found = await _near(session, model, "category", customer.recent_categories, without)
    offered = await _offered(session, model, "category", found, as_of)
    return [each for each in found if each.item in offered]


async def _near(
    session: AsyncSession, model: SuggestionModel, kind: str, items: Collection[str], without: Collection[str]
) -> list[Scored]:
    told = {"model": model.id, "kind": kind, "items": list(items), "without": list(without)}
    return summed(Neighbour(*row) for row in await session.execute(_NEAR, told))


async def _offered(
    session: AsyncSession, model: SuggestionModel, kind: str, found: Collection[Scored], as_of: datetime
) -> dict[str, str]:
    """The category of each of these items that is on offer that day."""
    told = {"model": model.id, "kind": kind, "items": [each.item for each in found], "day": as_of.date()}
    return {row.item: row.category for row in await session.execute(_OFFERED, told)}


async def _up_sell(
    session: AsyncSession, model: SuggestionModel, customer: Customer, as_of: datetime, limit: int
) -> list[Proposal]:
    told = {
        "model": model.id,
        "recent": list(customer.recent),
        "without": list(customer.products | customer.declined_products),
        "declined": list(customer.declined_categories),
        "day": as_of.date(),
        "limit": limit,
    }
    rows = await session.execute(_ABOVE, told)
    return [
        Proposal(
            product_id=row.product,
            category=row.category,
            kind="up_sell",
            score=round(row.buyers / (model.customers or 1), DIGITS),
            reason=_above(row.because[0], row.buyers),
            because=row.because,
            suggestion_id=customer.open.get((row.product, None)),
        )
        for row in rows
    ]


def _above(product: str, buyers: int) -> str:
    """Of what few bought, how many is not known."""
    return f"The next level above {product}" + (f", bought by {buyers} customers" if buyers else "")


def _together(customer: Customer, found: Scored, product: str | None, category: str) -> Proposal:
    return Proposal(
        product_id=product,
        category=category,
        kind="cross_sell",
        score=round(found.score, DIGITS),
        reason=f"Bought together with {found.because[0]} by {found.support} customers",
        because=list(found.because),
        suggestion_id=customer.open.get((product, None if product else category)),
    )
