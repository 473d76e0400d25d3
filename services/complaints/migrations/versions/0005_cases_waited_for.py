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


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("complaints", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("complaints", name)
