"""programme and points

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BALANCE = (
    """
    create function movements_balance() returns trigger language plpgsql as $$
    begin
        if exists (
            select from entries where movement_id in (new.movement_id, old.movement_id)
            group by movement_id having sum(points) <> 0
        ) then
            raise exception 'the entries of a movement must sum to 0'
            using errcode = 'check_violation', constraint = 'movements_balance';
        end if;
        return null;
    end $$
    """,
    """
    create constraint trigger movements_balance after insert or update or delete on entries
    deferrable initially deferred for each row execute function movements_balance()
    """,
)


def upgrade() -> None:
    op.create_table(
        "programmes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points_per_unit", sa.Numeric(), nullable=False),
        sa.Column("point_value", sa.Numeric(), nullable=False),
        sa.Column("pending_days", sa.Integer(), nullable=False),
        sa.Column("expiry_days", sa.Integer(), nullable=True),
        sa.Column("referral_points", sa.Integer(), nullable=False),
        sa.Column("tiers", postgresql.JSONB(), nullable=False),
        sa.Column("qualification_days", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("currency", "valid_from"),
    )
    op.create_table("point_accounts", sa.Column("customer_id", sa.Text(), primary_key=True))
    _lots()
    _movements()


def _lots() -> None:
    op.create_table(
        "lots",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Text(), nullable=False, index=True),
        sa.Column("card_id", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("earned_at", TIME, nullable=False),
        sa.Column("available_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("matured_at", TIME, nullable=True),
        sa.Column("expired_at", TIME, nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("rate", sa.Numeric(), nullable=True),
        sa.Column("gross", sa.Numeric(), nullable=True),
        sa.Column("returned", sa.Numeric(), nullable=False),
        sa.Column("corrected_at", TIME, nullable=True),
        sa.Column("corrected_by", sa.Text(), nullable=True),
        sa.CheckConstraint("remaining >= 0", name="lots_remain"),
    )
    to_mature = sa.text("matured_at is null")
    to_expire = sa.text("remaining > 0 and matured_at is not null and expired_at is null")
    op.create_index("lots_to_mature", "lots", ["available_at", "id"], postgresql_where=to_mature)
    op.create_index("lots_to_expire", "lots", ["expires_at", "id"], postgresql_where=to_expire)
    op.create_table(
        "lot_returns",
        sa.Column("lot_id", sa.Text(), sa.ForeignKey("lots.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("id", sa.Text(), primary_key=True),
    )


def _movements() -> None:
    op.create_table(
        "movements",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=True),
        sa.Column("store_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("about_id", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("movements_of_customer", "movements", ["customer_id", "occurred_at", "id"])
    op.create_table(
        "entries",
        sa.Column("movement_id", sa.Text(), sa.ForeignKey("movements.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True, index=True),
        sa.Column("lot_id", sa.Text(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("points <> 0", name="entries_move"),
        sa.CheckConstraint(
            "(customer_id is not null) = (account in ('pending', 'available', 'owed'))", name="entries_of_somebody"
        ),
    )
    for statement in BALANCE:
        op.execute(statement)


def downgrade() -> None:
    for table in ("entries", "movements", "lot_returns", "lots", "point_accounts", "programmes"):
        op.drop_table(table)
    op.execute("drop function movements_balance()")
