"""What tickets and deals lacked: custom fields."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for table in ("ticket", "deal"):
        op.add_column(table, sa.Column("custom", _JSON, nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    for table in ("deal", "ticket"):
        op.drop_column(table, "custom")
