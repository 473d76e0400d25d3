"""generations that are filled, shown, retired and dropped; what was published; who is erased

Revision: 0002, after 0001. The tables of a generation have no migrations: the first one is made anew, empty, and
filled from the topics.
"""

import sqlalchemy as sa
from alembic import op

from services.scoring.generations.schema import FIRST, READERS, schema_name, shown, statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "published",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("index_value", sa.Float(), nullable=True),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("bond_level", sa.Integer(), nullable=True),
        sa.Column("at_risk", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id"),
        schema="app",
    )
    op.create_table(
        "erasures",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        schema="app",
    )
    op.add_column("generations", sa.Column("state", sa.Text(), nullable=True), schema="app")
    op.execute("update app.generations set state = case when live then 'live' else 'retired' end")
    op.alter_column("generations", "state", nullable=False, schema="app")
    op.drop_column("generations", "live", schema="app")
    op.add_column("generations", sa.Column("error", sa.Text(), nullable=True), schema="app")
    for moment in ("filled_at", "live_at", "retired_at"):
        op.add_column("generations", sa.Column(moment, sa.DateTime(timezone=True), nullable=True), schema="app")
    op.create_index(
        "generations_live",
        "generations",
        ["state"],
        unique=True,
        schema="app",
        postgresql_where=sa.text("state = 'live'"),
    )
    op.execute(f"drop schema {schema_name(FIRST)} cascade")
    op.execute(f"create schema {READERS}")
    for statement in [*statements(FIRST), *shown(FIRST)]:
        op.execute(statement)


def downgrade() -> None:
    op.execute(f"drop schema {READERS} cascade")
    op.drop_index("generations_live", table_name="generations", schema="app")
    for name in ("retired_at", "live_at", "filled_at", "error"):
        op.drop_column("generations", name, schema="app")
    op.add_column("generations", sa.Column("live", sa.Boolean(), nullable=True), schema="app")
    op.execute("update app.generations set live = state = 'live'")
    op.alter_column("generations", "live", nullable=False, schema="app")
    op.drop_column("generations", "state", schema="app")
    op.drop_table("erasures", schema="app")
    op.drop_table("published", schema="app")
