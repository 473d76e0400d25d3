"""referrals

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Text(), nullable=True, index=True),
        sa.Column("friend_id", sa.Text(), nullable=True, index=True),
        sa.Column("store_id", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("purchase_id", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("reward_points", sa.Integer(), nullable=True),
        sa.Column("reward_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("referrals_in_order", "referrals", ["created_at", "id"])
    waiting = sa.text("state = 'qualified'")
    op.create_index("referrals_due", "referrals", ["reward_due_at", "id"], postgresql_where=waiting)
    op.create_table(
        "referral_purchases",
        sa.Column("referral_id", sa.Text(), sa.ForeignKey("referrals.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("purchase_id", sa.Text(), primary_key=True, index=True),
        sa.Column("friend_id", sa.Text(), nullable=False, index=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("goods", ARRAY(sa.Integer()), nullable=False),
        sa.Column("back", ARRAY(sa.Integer()), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("referral_purchases")
    op.drop_table("referrals")
