"""Chat identities of contacts, and an index of the calls that are not over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_OPEN = sa.text("state NOT IN ('done', 'abandoned')")


def upgrade() -> None:
    op.create_index("ix_call_open", "call", ["id"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_index("ix_call_open", table_name="call")
