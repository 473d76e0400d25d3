"""merges

Revision: 0010, after 0009.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from services.customers.duplicates.domain import keys_of

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BATCH = 1000
_CUSTOMERS = sa.text("""
    select id, name, email, phone, array(select value from external_ids where customer_id = id) as external
    from customers where id > :last order by id limit :batch
""")


def upgrade() -> None:
    op.add_column("customers", sa.Column("merged_into", sa.Text(), sa.ForeignKey("customers.id"), nullable=True))
    op.add_column("customers", sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("customers", sa.Column("unmerged_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_customers_merged_into"), "customers", ["merged_into"], unique=False)
    op.create_table(
        "contact_points",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.PrimaryKeyConstraint("customer_id", "number"),
    )
    keys = op.create_table(
        "match_keys",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.PrimaryKeyConstraint("customer_id", "number"),
    )
    fill(keys)
    op.create_index("match_keys_shared", "match_keys", ["kind", "value"], unique=False)
    op.create_table(
        "verdicts",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.ForeignKeyConstraint(["other_id"], ["customers.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("customer_id", "other_id"),
    )
    op.create_index(op.f("ix_verdicts_other_id"), "verdicts", ["other_id"], unique=False)


def fill(keys: sa.Table) -> None:
    """Give the customers who are there already their keys, by the same rule as those to come."""
    last = ""
    while found := op.get_bind().execute(_CUSTOMERS, {"last": last, "batch": BATCH}).all():
        if rows := [row for customer in found for row in _rows(customer)]:
            op.bulk_insert(keys, rows)
        last = found[-1].id


def _rows(customer: sa.Row[*tuple[Any, ...]]) -> list[dict[str, object]]:
    emails, phones = ([value] if value else [] for value in (customer.email, customer.phone))
    found = keys_of(customer.name, emails, phones, customer.external)
    return [{"customer_id": customer.id, "number": n, **key._asdict()} for n, key in enumerate(found)]


def downgrade() -> None:
    op.drop_table("verdicts")
    op.drop_table("match_keys")
    op.drop_table("contact_points")
    op.drop_index(op.f("ix_customers_merged_into"), table_name="customers")
    op.drop_column("customers", "unmerged_at")
    op.drop_column("customers", "merged_at")
    op.drop_column("customers", "merged_into")
