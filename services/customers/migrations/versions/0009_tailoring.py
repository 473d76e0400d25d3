"""tailoring

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _gestures()
    _preferences()
    _solutions()
    _integrations()
    _uses()
    _process_steps()


def downgrade() -> None:
    op.drop_index("process_steps_of_customer", table_name="process_steps")
    op.drop_table("process_steps")
    op.drop_index("integration_uses_in_order", table_name="integration_uses")
    op.drop_index(op.f("ix_integration_uses_customer_id"), table_name="integration_uses")
    op.drop_table("integration_uses")
    for name in ("integrations", "solutions", "preferences", "gestures"):
        op.drop_index(f"{name}_of_customer", table_name=name)
        op.drop_table(name)


def _of_customer(name: str, *columns: sa.Column[object], ordered_by: str = "created_at") -> None:
    op.create_table(name, *_belonging(), *columns, *_made(), sa.PrimaryKeyConstraint("id"))
    op.create_index(f"{name}_of_customer", name, ["customer_id", ordered_by, "id"], unique=False)


def _belonging() -> list[sa.Column[str]]:
    return [
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), sa.ForeignKey("customers.id"), nullable=False),
    ]


def _made() -> list[sa.Column[object]]:
    return [
        _time("occurred_at", nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _time("created_at", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _text(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _gestures() -> None:
    _of_customer(
        "gestures",
        _text("kind", nullable=False),
        _text("by", nullable=False),
        _text("why", nullable=False),
        sa.Column("cost_amount", sa.Numeric(), nullable=True),
        _text("currency"),
        _text("store_id"),
    )


def _preferences() -> None:
    _of_customer(
        "preferences",
        _text("topic", nullable=False),
        _text("words"),
        _time("due_at"),
        sa.Column("used", sa.Integer(), nullable=False),
        _time("used_at"),
        _time("withdrawn_at"),
    )


def _solutions() -> None:
    _of_customer("solutions", _text("what", nullable=False), _time("due_at"), _time("delivered_at"))


def _integrations() -> None:
    _of_customer(
        "integrations",
        _text("kind", nullable=False),
        _text("state", nullable=False),
        _time("started_at"),
        sa.Column("reviews_a_year", sa.Integer(), nullable=False),
        _time("ended_at"),
        _text("reason"),
    )


def _uses() -> None:
    op.create_table(
        "integration_uses",
        *_belonging(),
        sa.Column("integration_id", sa.Text(), sa.ForeignKey("integrations.id", ondelete="CASCADE"), nullable=False),
        _text("kind", nullable=False),
        _text("about"),
        *_made(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_integration_uses_customer_id"), "integration_uses", ["customer_id"], unique=False)
    order = ["integration_id", "created_at", "id"]
    op.create_index("integration_uses_in_order", "integration_uses", order, unique=False)


def _process_steps() -> None:
    _of_customer(
        "process_steps",
        _text("step", nullable=False),
        _time("due_at", nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=True),
        _text("currency"),
        _text("about"),
        _time("completed_at"),
        _time("disputed_at"),
        _text("reason"),
        _time("settled_at"),
        ordered_by="due_at",
    )
