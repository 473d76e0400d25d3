"""incidents

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        _instant("occurred_at"),
        _instant("last_step_at"),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("eye_witness", sa.Boolean(), nullable=False),
        _instant("approached_at", nullable=True),
        sa.Column("outside_called", sa.Boolean(), nullable=False),
        _instant("intervened_at", nullable=True),
        sa.Column("logbook_entry_id", sa.Text(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _instant("created_at"),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_incidents_customer_id", "incidents", ["customer_id"])
    op.create_index("incidents_in_order", "incidents", ["created_at", "id"])
    op.create_index("incidents_of_store", "incidents", ["store_id", "occurred_at"])
    op.create_table(
        "incident_steps",
        sa.Column("incident_id", sa.Text(), sa.ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        _instant("at"),
        _instant("recorded_at"),
        sa.Column("escorted_aside", sa.Boolean(), nullable=True),
        sa.Column("other_customers_present", sa.Boolean(), nullable=True),
        sa.Column("certain", sa.Boolean(), nullable=True),
        sa.Column("eye_witness", sa.Boolean(), nullable=True),
        sa.Column("called", sa.Text(), nullable=True),
        sa.Column("cost_amount", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("incident_steps")
    op.drop_table("incidents")
