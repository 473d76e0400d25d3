"""ids that stored answers name

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    names: sa.Column[list[str]] = sa.Column(
        "names", sa.ARRAY(sa.Text()), server_default="{}", nullable=False, comment="ids that the answer names"
    )
    op.add_column("idempotency_keys", names, schema="app")
    op.create_index("idempotency_keys_names", "idempotency_keys", ["names"], schema="app", postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("idempotency_keys_names", table_name="idempotency_keys", schema="app")
    op.drop_column("idempotency_keys", "names", schema="app")
