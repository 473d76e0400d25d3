"""causes and ideas

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "corrective_actions",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("complaint_id", sa.Text(), sa.ForeignKey("complaints.id", ondelete="CASCADE"), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        _instant("due_at"),
        sa.Column("owner", sa.Text(), nullable=True),
        _instant("occurred_at"),
        sa.Column("state", sa.Text(), nullable=False),
        _instant("completed_at", nullable=True),
        sa.Column("effective", sa.Boolean(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _instant("created_at"),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("corrective_actions_in_order", "corrective_actions", ["due_at", "id"])
    for column in ("complaint_id", "customer_id", "store_id"):
        op.create_index(f"ix_corrective_actions_{column}", "corrective_actions", [column])
    op.create_table(
        "ideas",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("store_id", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        _instant("occurred_at"),
        sa.Column("state", sa.Text(), nullable=False),
        _instant("last_step_at"),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        _instant("decided_at", nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        _instant("answered_at", nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _instant("created_at"),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ideas_in_order", "ideas", ["occurred_at", "id"])
    for column in ("customer_id", "store_id"):
        op.create_index(f"ix_ideas_{column}", "ideas", [column])


def downgrade() -> None:
    op.drop_table("ideas")
    op.drop_table("corrective_actions")
