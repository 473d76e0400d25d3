"""contacts

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("customer_id", sa.Text(), primary_key=True),
        sa.Column("purpose", sa.Text(), primary_key=True),
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("granted", sa.Boolean(), primary_key=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "segment_members",
        sa.Column("segment_id", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Text(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("entered", sa.Boolean(), primary_key=True),
    )
    op.create_index("ix_segment_members_customer_id", "segment_members", ["customer_id"])
    op.create_table(
        "contact_policies",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.add_column("campaigns", sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
    op.add_column("responses", sa.Column("purchase_id", sa.Text()))
    redeemed = sa.text("purchase_id is not null")
    columns = ["campaign_id", "customer_id", "purchase_id"]
    op.create_index("redeemed_once", "responses", columns, unique=True, postgresql_where=redeemed)
    # Until now the worker passed consents and merges by: it reads the topic again, from its beginning.
    op.execute("delete from offsets where topic = 'crm.customers'")


def downgrade() -> None:
    op.drop_index("redeemed_once", "responses")
    op.drop_column("responses", "purchase_id")
    op.drop_column("campaigns", "withdrawn_at")
    for table in ("contact_policies", "segment_members", "consents"):
        op.drop_table(table)
