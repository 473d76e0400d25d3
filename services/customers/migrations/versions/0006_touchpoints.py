"""touchpoints, conversations, and visits that end with their store's day

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Processes of the version before go on adding visits meanwhile: they leave both columns to the database.
    op.add_column("visits", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("visits", sa.Column("ended_by_clock", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "visits_open", "visits", ["due_at", "id"], unique=False, postgresql_where=sa.text("ended_at is null")
    )
    op.create_table(
        "touchpoints",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("two_way", sa.Boolean(), nullable=False),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("served_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_touchpoints_customer_id"), "touchpoints", ["customer_id"], unique=False)
    op.create_index("touchpoints_in_order", "touchpoints", ["created_at", "id"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("touchpoint_id", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("commitment_id", sa.Text(), nullable=True),
        sa.Column("doubt_id", sa.Text(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["touchpoint_id"], ["touchpoints.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    for whose in ("customer", "visit", "touchpoint"):
        columns = [f"{whose}_id", "created_at", "id"]
        op.create_index(f"conversations_of_{whose}", "conversations", columns, unique=False)


def downgrade() -> None:
    for whose in ("touchpoint", "visit", "customer"):
        op.drop_index(f"conversations_of_{whose}", table_name="conversations")
    op.drop_table("conversations")
    op.drop_index("touchpoints_in_order", table_name="touchpoints")
    op.drop_index(op.f("ix_touchpoints_customer_id"), table_name="touchpoints")
    op.drop_table("touchpoints")
    op.drop_index("visits_open", table_name="visits")
    op.drop_column("visits", "ended_by_clock")
    op.drop_column("visits", "due_at")
