"""surveys and pulses

Revision: 0008, after 0007.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _about() -> tuple["sa.Column[Any]", ...]:
    return (sa.Column("about_kind", sa.Text(), nullable=True), sa.Column("about_id", sa.Text(), nullable=True))


def _of_an_entity() -> tuple["sa.Column[Any]", ...]:
    return (
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Text(), nullable=False, index=True),
        sa.Column("store_id", sa.Text(), nullable=True, index=True),
        sa.Column("invitation_id", sa.Text(), nullable=True),
        *_about(),
        sa.Column("factors", JSONB(), nullable=False),
        sa.Column("nps", sa.Integer(), nullable=True),
        sa.Column("csat", sa.Integer(), nullable=True),
        sa.Column("effort", sa.Integer(), nullable=True),
        sa.Column("prefers_us", sa.Boolean(), nullable=True),
        sa.Column("competitor_id", sa.Text(), nullable=True),
        sa.Column("reason_for_leaving", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        *_of_an_entity(),
    )
    op.create_index("surveys_in_order", "surveys", ["created_at", "id"])
    op.create_index("surveys_about", "surveys", ["about_kind", "about_id"])
    op.create_table(
        "survey_invitations",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Text(), nullable=False, index=True),
        sa.Column("store_id", sa.Text(), nullable=True),
        *_about(),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("survey_id", sa.Text(), nullable=True),
        *_of_an_entity(),
    )
    questions = ("culture", "workload", "support", "tools")
    op.create_table(
        "pulses",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("store_id", sa.Text(), nullable=False),
        *(sa.Column(question, sa.Integer(), nullable=True) for question in questions),
        sa.Column("comment", sa.Text(), nullable=True),
        *_of_an_entity(),
    )
    op.create_index("pulses_of_stores", "pulses", ["store_id", "occurred_at"])


def downgrade() -> None:
    op.drop_table("pulses")
    op.drop_table("survey_invitations")
    op.drop_table("surveys")
