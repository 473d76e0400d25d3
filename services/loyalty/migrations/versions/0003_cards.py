"""cards

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
        "cards",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cards_of_customer", "cards", ["customer_id", "id"], unique=False)
    op.create_index(
        "purchases_of_card",
        "purchases",
        ["card_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("card_id is not null"),
    )


def downgrade() -> None:
    op.drop_index("purchases_of_card", table_name="purchases", postgresql_where=sa.text("card_id is not null"))
    op.drop_index("cards_of_customer", table_name="cards")
    op.drop_table("cards")
