"""generations that are filled, shown, retired and dropped; what was published; who is erased

Revision: 0002, after 0001. The tables of a generation have no migrations: in both directions every generation is
dropped, whichever was live, and the first one is made anew, empty and live, to be filled from the topics.
"""

import sqlalchemy as sa
from alembic import op

from services.scoring.generations.schema import FIRST, READERS, shown, statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_DROP_GENERATIONS = """
    do $$
    declare generation name;
    begin
        for generation in select nspname from pg_namespace where nspname ~ '^gen_[0-9]+$' loop
            execute 'drop schema ' || quote_ident(generation) || ' cascade';
        end loop;
        delete from app.generations;
    end $$
"""


def upgrade() -> None:
    op.execute(_DROP_GENERATIONS)
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
    op.add_column("generations", sa.Column("state", sa.Text(), nullable=False), schema="app")
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
    op.execute(f"create schema {READERS}")
    for statement in [*statements(FIRST), *shown(FIRST)]:
        op.execute(statement)
    op.execute(f"insert into app.generations (number, state, created_at) values ({FIRST}, 'live', now())")


def downgrade() -> None:
    op.execute(f"drop schema {READERS} cascade")
    op.execute(_DROP_GENERATIONS)
    op.drop_index("generations_live", table_name="generations", schema="app")
    for name in ("retired_at", "live_at", "filled_at", "error"):
        op.drop_column("generations", name, schema="app")
    op.add_column("generations", sa.Column("live", sa.Boolean(), nullable=False), schema="app")
    op.drop_column("generations", "state", schema="app")
    op.drop_table("erasures", schema="app")
    op.drop_table("published", schema="app")
    for statement in statements(FIRST):
        op.execute(statement)
    op.execute(f"insert into app.generations (number, live, created_at) values ({FIRST}, true, now())")
