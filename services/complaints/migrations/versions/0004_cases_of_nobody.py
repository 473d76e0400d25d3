"""cases of nobody

Revision: 0004, after 0003.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("complaints", "customer_id", nullable=True)


def downgrade() -> None:
    op.execute("update complaints set customer_id = '' where customer_id is null")
    op.alter_column("complaints", "customer_id", nullable=False)
