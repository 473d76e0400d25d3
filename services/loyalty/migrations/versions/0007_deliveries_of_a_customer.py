"""deliveries of a customer

Revision: 0007, after 0006.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("deliveries_of_customer", "deliveries", ["customer_id"], unique=False)


def downgrade() -> None:
    op.drop_index("deliveries_of_customer", table_name="deliveries")
