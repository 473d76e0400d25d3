"""erasures

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
        "erasures",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "erasure_parts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("erasure_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasures.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index(op.f("ix_erasure_parts_erasure_id"), "erasure_parts", ["erasure_id"], unique=False)
    op.create_table(
        "erasure_answers",
        sa.Column("part_id", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["erasure_parts.id"]),
        sa.PrimaryKeyConstraint("part_id", "service"),
    )


def downgrade() -> None:
    op.drop_table("erasure_answers")
    op.drop_index(op.f("ix_erasure_parts_erasure_id"), table_name="erasure_parts")
    op.drop_table("erasure_parts")
    op.drop_table("erasures")
