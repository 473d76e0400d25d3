"""logbook

Revision: 0011, after 0010. The triggers fire for the tables' owner too, and where a session plays a replica; what is
left to who may change the schema is to drop them, which every audit sees.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_REFUSE = """
    create function logbook_is_append_only() returns trigger language plpgsql as $$
    begin
        raise exception '% of %: the logbook is append-only, mend it by another entry', tg_op, tg_table_name
            using errcode = 'restrict_violation';
    end $$
"""
_REFUSE_BUT_FORGETTING = """
    create function logbook_notes_are_forgotten_only() returns trigger language plpgsql as $$
    begin
        if current_setting('elevenfold.forgetting', true) = 'on' and old.customer_id is not null then
            return old;
        end if;
        raise exception 'DELETE of logbook_notes: only who demands to be forgotten is taken out'
            using errcode = 'restrict_violation';
    end $$
"""
_TRIGGERS = {
    "logbook": "before update or delete or truncate on logbook for each statement",
    "logbook_notes": "before update or truncate on logbook_notes for each statement",
}


def upgrade() -> None:
    op.create_table(
        "logbook",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=True),
        sa.Column("incident_id", sa.Text(), sa.ForeignKey("incidents.id"), nullable=True),
        sa.Column("corrects", sa.Text(), sa.ForeignKey("logbook.id"), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("logbook_of_store", "logbook", ["store_id", "occurred_at", "id"])
    op.create_index("logbook_in_order", "logbook", ["occurred_at", "id"])
    op.create_index("ix_logbook_incident_id", "logbook", ["incident_id"])
    op.create_table(
        "logbook_notes",
        sa.Column("entry_id", sa.Text(), sa.ForeignKey("logbook.id"), primary_key=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_index("ix_logbook_notes_customer_id", "logbook_notes", ["customer_id"])
    _guard()


def _guard() -> None:
    op.execute(_REFUSE)
    op.execute(_REFUSE_BUT_FORGETTING)
    for table, when in _TRIGGERS.items():
        op.execute(f"create trigger append_only {when} execute function logbook_is_append_only()")
        op.execute(f"alter table {table} enable always trigger append_only")
    op.execute(
        "create trigger forgotten_only before delete on logbook_notes"
        " for each row execute function logbook_notes_are_forgotten_only()"
    )
    op.execute("alter table logbook_notes enable always trigger forgotten_only")


def downgrade() -> None:
    op.drop_table("logbook_notes")
    op.drop_table("logbook")
    op.execute("drop function logbook_notes_are_forgotten_only()")
    op.execute("drop function logbook_is_append_only()")
