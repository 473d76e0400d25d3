"""first tables

Revision: 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

from services.scoring.generations.schema import FIRST, schema_name, statements
from shared.tables import NOTIFY_OUTBOX, Xid8

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema app")
    op.execute("set local search_path to app, public")
    op.create_table(
        "closes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="app",
    )
    op.create_table(
        "generations",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        schema="app",
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("client", "key"),
        schema="app",
    )
    op.create_index("idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False, schema="app")
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True, cache=1), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("aggregatetype", sa.Text(), nullable=False, comment="the topic"),
        sa.Column("aggregateid", sa.Text(), nullable=False, comment="the record's key"),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False, comment="a CloudEvent, structured JSON"),
        sa.PrimaryKeyConstraint("seq"),
        schema="app",
    )
    op.create_table(
        "reference_sets",
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("as_of", "revision"),
        schema="app",
    )
    for statement in NOTIFY_OUTBOX:
        op.execute(statement)
    for statement in statements(FIRST):
        op.execute(statement)
    op.execute(f"insert into app.generations (number, live, created_at) values ({FIRST}, true, now())")


def downgrade() -> None:
    op.execute("set local search_path to app, public")
    op.execute(f"drop schema {schema_name(FIRST)} cascade")
    op.drop_table("reference_sets", schema="app")
    op.drop_table("outbox", schema="app")
    op.drop_index("idempotency_keys_created_at", table_name="idempotency_keys", schema="app")
    op.drop_table("idempotency_keys", schema="app")
    op.drop_table("generations", schema="app")
    op.drop_table("closes", schema="app")
    op.execute("drop function notify_outbox()")
    op.execute("drop schema app")
