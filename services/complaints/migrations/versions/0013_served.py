"""what stores did for customers

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    for table in ("purchases", "visits"):
        op.create_table(
            table,
            sa.Column("id", sa.Text(), primary_key=True),
            sa.Column("customer_id", sa.Text(), nullable=True),
            sa.Column("store_id", sa.Text(), nullable=True),
            _instant("occurred_at"),
        )
        op.create_index(f"ix_{table}_customer_id", table, ["customer_id"])
        op.create_index(f"{table}_of_stores", table, ["store_id", "occurred_at"])
    op.add_column("purchases", sa.Column("void", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("purchases", sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "services_rendered",
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column("store_id", sa.Text(), nullable=False),
        _instant("occurred_at"),
    )
    op.create_index("services_of_stores", "services_rendered", ["store_id", "occurred_at"])
    op.create_table(
        "aliases",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("merged_into", sa.Text(), nullable=True),
        _instant("told_at"),
    )
    op.create_index("ix_aliases_merged_into", "aliases", ["merged_into"])
    op.create_table(
        "stores",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        _instant("told_at"),
    )


def downgrade() -> None:
    for table in ("stores", "aliases", "services_rendered", "visits", "purchases"):
        op.drop_table(table)
