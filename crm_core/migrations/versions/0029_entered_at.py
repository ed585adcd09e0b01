"""Since when a caller is in the present queue, and when an agent was through with a call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_core.migrations.alter import altered

revision = "0029"
down_revision = "0027"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    with altered("queue_entry") as batch:
        batch.add_column(sa.Column("entered_at", _TIME, nullable=True))
    with altered("call") as batch:
        batch.add_column(sa.Column("wrapped_up_at", _TIME, nullable=True))
    op.execute("UPDATE queue_entry SET entered_at = joined_at")
    with altered("queue_entry") as batch:
        batch.alter_column("entered_at", existing_type=_TIME, nullable=False)


def downgrade() -> None:
    with altered("queue_entry") as batch:
        batch.drop_column("entered_at")
    with altered("call") as batch:
        batch.drop_column("wrapped_up_at")
