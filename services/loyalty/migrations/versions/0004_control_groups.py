"""control groups

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default lets what still runs at the old revision go on writing: it holds nobody back.
    op.add_column("deliveries", sa.Column("held_back", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("deliveries", "held_back")
