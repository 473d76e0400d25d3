"""tiers

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tier_spans",
        sa.Column("customer_id", sa.Text(), primary_key=True),
        sa.Column("currency", sa.Text(), primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index(
        "tier_spans_due",
        "tier_spans",
        ["review_at"],
        postgresql_where=sa.text("until is null and review_at is not null"),
    )


def downgrade() -> None:
    op.drop_table("tier_spans")
