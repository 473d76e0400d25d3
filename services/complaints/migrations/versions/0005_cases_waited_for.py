"""cases that are waited for, and what they are held to

Revision: 0005, after 0004.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS: dict[str, Any] = {
    "first_contact_claimed": sa.Boolean(),
    "waiting_since": sa.DateTime(timezone=True),
    "standard": JSONB(),
    "calendar_version": sa.Integer(),
    "escalated_to": sa.Text(),
    "integration_id": sa.Text(),
    "follows": sa.Text(),
}
_COUNTS = ("pauses", "requests")


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("complaints", sa.Column(name, kind, nullable=True))
    for name in _COUNTS:
        op.add_column("complaints", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    # Until now the claim was taken as it was told.
    op.execute("update complaints set first_contact_claimed = first_contact where resolution is not null")


def downgrade() -> None:
    for name in reversed((*_COLUMNS, *_COUNTS)):
        op.drop_column("complaints", name)
