"""segments and who is in them; what a close finds; assessments

Revision: 0003, after 0002. Cards tell of segments: columns with defaults, so that the generations there are keep
their facts; every card is made anew soon, since the rules are others.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.scoring.generations.schema import READERS

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_EVERY_GENERATION = """
    do $$
    declare generation name;
    begin
        for generation in select nspname from pg_namespace where nspname ~ '^gen_[0-9]+$' loop
            {statements}
        end loop;
    end $$
"""
_ADD = """
    execute format('alter table %I.cards add column if not exists segments text[] not null default %L,
        add column if not exists segments_revision bigint not null default 0', generation, '{}');
    execute format('create index if not exists cards_segments_revision_idx on %I.cards (segments_revision)',
        generation);
    execute format('update %I.cards set next_review_at = now()', generation);
"""
_TAKE_AWAY = "execute format('alter table %I.cards drop column segments, drop column segments_revision', generation);"
_SHOW = """
    do $$
    declare live int;
    begin
        select number into live from app.generations where state = 'live';
        execute format('create view {readers}.cards as select * from %I.cards', 'gen_' || live);
    end $$
"""


def _change_cards(statements: str) -> None:
    """In every generation, and in the view through which readers see the live one."""
    op.execute(f"drop view {READERS}.cards")
    op.execute(_EVERY_GENERATION.format(statements=statements))
    op.execute(_SHOW.format(readers=READERS))


def upgrade() -> None:
    _change_cards(_ADD)
    op.add_column(
        "published",
        sa.Column("segments", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"),
        schema="app",
    )
    op.add_column("closes", sa.Column("step", sa.Text(), nullable=True), schema="app")
    attempts = sa.Column("attempts", sa.Integer(), nullable=False, server_default="0")
    op.add_column("closes", attempts, schema="app")
    _make_segments()
    _make_findings()


def _make_segments() -> None:
    op.create_table(
        "segments",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False, unique=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        schema="app",
    )
    op.create_table(
        "memberships",
        sa.Column("segment_id", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Text(), primary_key=True),
        sa.Column("entered_at", _MOMENT, primary_key=True),
        sa.Column("left_at", _MOMENT, nullable=True),
        schema="app",
    )
    op.create_index(
        "memberships_open",
        "memberships",
        ["segment_id", "customer_id"],
        unique=True,
        schema="app",
        postgresql_where=sa.text("left_at is null"),
    )
    op.create_index("memberships_of_customer", "memberships", ["customer_id"], schema="app")


def _make_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("as_of", _MOMENT, primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        schema="app",
    )
    op.create_table(
        "finding_customers",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("as_of", _MOMENT, primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        sa.Column("part", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Text(), primary_key=True),
        schema="app",
    )
    op.create_index("finding_customers_by_customer", "finding_customers", ["customer_id"], schema="app")
    op.create_table(
        "assessments",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("assessed_at", _MOMENT, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        schema="app",
    )
    op.create_index("assessments_of_dimension", "assessments", ["dimension", "about", "assessed_at"], schema="app")


def downgrade() -> None:
    for name in ("assessments", "finding_customers", "findings", "memberships", "segments"):
        op.drop_table(name, schema="app")
    op.drop_column("closes", "attempts", schema="app")
    op.drop_column("closes", "step", schema="app")
    op.drop_column("published", "segments", schema="app")
    _change_cards(_TAKE_AWAY)
