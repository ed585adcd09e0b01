"""The team of an agent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agent", sa.Column("team", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("agent", "team")
