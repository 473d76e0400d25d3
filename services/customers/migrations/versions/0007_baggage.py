"""baggage

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bags",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("perishable", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_step_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unclaimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address_found", sa.Boolean(), nullable=True),
        sa.Column("tag", sa.Text(), nullable=True),
        sa.Column("claim", sa.Text(), nullable=True),
        sa.Column("claimant_name", sa.Text(), nullable=True),
        sa.Column("claimant_address", sa.Text(), nullable=True),
        sa.Column("claimant_description", sa.Text(), nullable=True),
        sa.Column("authenticated_by", sa.Text(), nullable=True),
        sa.Column("blanked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_digest"),
    )
    op.create_index("ix_bags_customer_id", "bags", ["customer_id"], unique=False)
    op.create_index("bags_in_order", "bags", ["created_at", "id"], unique=False)
    op.create_index("bags_of_store", "bags", ["store_id", "state", "occurred_at"], unique=False)
    waiting = sa.text("state = 'deposited'")
    op.create_index("bags_at_the_counter", "bags", ["day_ends_at", "id"], unique=False, postgresql_where=waiting)
    gone = sa.text("state in ('returned', 'disposed') and blanked_at is null")
    op.create_index("bags_gone", "bags", ["last_step_at", "id"], unique=False, postgresql_where=gone)


def downgrade() -> None:
    for name in ("bags_gone", "bags_at_the_counter", "bags_of_store", "bags_in_order", "ix_bags_customer_id"):
        op.drop_index(name, table_name="bags")
    op.drop_table("bags")
