"""competitors

Revision: 0017, after 0016.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _changing() -> tuple["sa.Column[Any]", ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )


def _told_once() -> tuple["sa.Column[Any]", ...]:
    return (
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "competitors",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("directness", sa.Text(), nullable=False),
        sa.Column("objectives", sa.Text(), nullable=True),
        *(sa.Column(name, ARRAY(sa.Text()), nullable=False) for name in ("strengths", "weaknesses", "reactions")),
        sa.Column("programme", sa.Text(), nullable=True),
        *_changing(),
    )
    op.create_table(
        "competitor_offers",
        sa.Column("competitor_id", sa.Text(), sa.ForeignKey("competitors.id"), primary_key=True),
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("price", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        *_changing(),
    )
    op.create_table(
        "competitor_observations",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Text(), nullable=True, index=True),
        sa.Column("store_id", sa.Text(), nullable=True),
        sa.Column("competitor_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("price", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        *_told_once(),
    )
    op.create_index("competitor_observations_in_order", "competitor_observations", ["created_at", "id"])
    by = ["competitor_id", "occurred_at"]
    op.create_index("competitor_observations_of_competitor", "competitor_observations", by)
    op.create_table(
        "price_match_requests",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Text(), nullable=False, index=True),
        sa.Column("store_id", sa.Text(), nullable=True),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("competitor_id", sa.Text(), nullable=True),
        sa.Column("their_price", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        *_told_once(),
    )
    op.create_index("price_match_requests_in_order", "price_match_requests", ["created_at", "id"])


def downgrade() -> None:
    for table in ("price_match_requests", "competitor_observations", "competitor_offers", "competitors"):
        op.drop_table(table)
