"""words of the logbook go with an erasure alone

Revision: 0014, after 0013. A session's setting opened that door before, to whoever knew its name. Now it is a row of
`erased` that the same transaction writes, and that stays: who takes words out leaves a trace.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_FUNCTION = """
    create or replace function logbook_notes_are_forgotten_only() returns trigger language plpgsql as $$
    begin
        if old.customer_id is not null and {permitted} then
            return old;
        end if;
        raise exception 'DELETE of logbook_notes: only who demands to be forgotten is taken out'
            using errcode = 'restrict_violation';
    end $$
"""


def upgrade() -> None:
    op.execute(_FUNCTION.format(permitted="exists (select from erased where xmin = pg_current_xact_id()::xid)"))
    # Merges were passed by before there were aliases (0013): the worker reads the topic again, from its beginning.
    op.execute("delete from offsets where topic = 'crm.customers'")


def downgrade() -> None:
    op.execute(_FUNCTION.format(permitted="current_setting('elevenfold.forgetting', true) = 'on'"))
