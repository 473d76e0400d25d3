"""Tables of suggestions, and of the models that they are computed from."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Float, Index, text
from sqlmodel import Field

from services.loyalty.base import Base


class SuggestionModel(Base, table=True):
    """What customers buy together, learned from the purchases before `as_of`.

    `customers`: of how many; `products`: how many were bought by enough of them. `attempts`: how often its training was
    begun. `error`: why it failed, as a code.
    """

    __tablename__ = "suggestion_models"
    __table_args__ = (
        Index(
            "suggestion_models_to_train",
            "created_at",
            "id",
            postgresql_where=text("state in ('waiting', 'training')"),
        ),
        {"info": {"entity": "suggestion_model"}},
    )

    id: str = Field(primary_key=True)
    as_of: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    state: str = "waiting"
    customers: int | None = None
    products: int | None = None
    error: str | None = None
    attempts: int = 0
    started_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    finished_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class BoughtTogether(Base, table=True):
    """Two items, products or categories, that customers buy together; an item has up to twenty others.

    `similarity`: the cosine of who bought them; `support`: how many customers bought both. No foreign key: the rows are
    written and removed by the transaction that does so with their model, so the check of each could never fail.
    """

    __tablename__ = "bought_together"

    model_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    item: str = Field(primary_key=True)
    other: str = Field(primary_key=True)
    similarity: float = Field(sa_column=Column(Float, nullable=False))
    support: int


class OftenBought(Base, table=True):
    """A product or category of a model, and how many of its customers bought it; `category`: a product's, then."""

    __tablename__ = "often_bought"

    model_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    item: str = Field(primary_key=True)
    category: str
    buyers: int


class Suggestion(Base, table=True):
    """Something was put to a customer: a product, or a whole category. `reason`: why they declined, in words."""

    __tablename__ = "suggestions"
    __table_args__ = (
        Index("suggestions_in_order", "occurred_at", "id"),
        Index("suggestions_of_customer", "customer_id", "occurred_at", "id"),
        {"info": {"entity": "suggestion"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str
    kind: str
    product_id: str | None = None
    category: str | None = None
    store_id: str | None = None
    channel: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    accepted: bool | None = None
    answered_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    purchase_id: str | None = None
    reason: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
