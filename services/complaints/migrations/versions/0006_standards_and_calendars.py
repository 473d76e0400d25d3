"""standards, calendars, and the timers of cases

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _versions(table: str, *key: str) -> None:
    op.create_table(
        table,
        *(sa.Column(name, sa.Text(), primary_key=True) for name in key),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("told", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def upgrade() -> None:
    _versions("store_calendars", "store_id")
    _versions("service_standards", "category", "severity")
    op.create_table(
        "complaint_timers",
        sa.Column("complaint_id", sa.Text(), sa.ForeignKey("complaints.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("round", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("standard", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("level", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("escalated_to", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fire_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
    )
    waiting = sa.text("fired_at is null and fire_at is not null")
    op.create_index("complaint_timers_due", "complaint_timers", ["fire_at"], postgresql_where=waiting)


def downgrade() -> None:
    op.drop_table("complaint_timers")
    op.drop_table("service_standards")
    op.drop_table("store_calendars")
