"""what a worker and erasures need

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offsets",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("end_offset", sa.BigInteger(), nullable=False),
        sa.Column("reached", sa.DateTime(timezone=True), nullable=True, comment="the time of the last record taken in"),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("topic", "partition"),
    )
    op.create_table(
        "erased",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    names: sa.Column[list[str]] = sa.Column(
        "names", sa.ARRAY(sa.Text()), server_default="{}", nullable=False, comment="ids that the answer names"
    )
    op.add_column("idempotency_keys", names)
    op.create_index("idempotency_keys_names", "idempotency_keys", ["names"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("idempotency_keys_names", table_name="idempotency_keys")
    op.drop_column("idempotency_keys", "names")
    op.drop_table("erased")
    op.drop_table("offsets")
