"""corrections, deliveries, and what was not to be had

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("purchases", sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("purchases", sa.Column("corrects", sa.Text(), nullable=True))
    op.add_column("purchases", sa.Column("corrected_to", sa.Text(), nullable=True))
    op.add_column("purchase_lines", sa.Column("level", sa.Integer(), nullable=True))
    op.add_column("returns", sa.Column("exchanged_for", sa.Text(), nullable=True))
    op.create_table(
        "corrections",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("purchase_id", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_to", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_corrections_purchase_id"), "corrections", ["purchase_id"], unique=False)
    op.create_table(
        "line_deliveries",
        sa.Column("purchase_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_full", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("purchase_id", "line", "delivered_at"),
    )
    op.create_table(
        "unavailable_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("customer_id", "store_id"):
        op.create_index(op.f(f"ix_unavailable_requests_{column}"), "unavailable_requests", [column], unique=False)
    op.create_index("unavailable_in_order", "unavailable_requests", ["created_at", "id"], unique=False)


def downgrade() -> None:
    for table in ("unavailable_requests", "line_deliveries", "corrections"):
        op.drop_table(table)
    op.drop_column("returns", "exchanged_for")
    op.drop_column("purchase_lines", "level")
    for column in ("corrected_to", "corrects", "ordered_at"):
        op.drop_column("purchases", column)
