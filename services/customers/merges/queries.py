"""Whom a record stands for."""

from sqlalchemy import Select, select
from sqlmodel import col

from services.customers.profiles.tables import Customer


def survivors(ids: Select[str]) -> Select[str]:
    """The customers whom these ids stand for: themselves, or at the end of the chain whom they were merged into."""
    columns = col(Customer.id), col(Customer.merged_into)
    above = select(*columns).where(col(Customer.id).in_(ids)).cte("above", recursive=True)
    above = above.union(select(*columns).join(above, col(Customer.id) == above.c.merged_into))
    return select(above.c.id).where(above.c.merged_into.is_(None))
