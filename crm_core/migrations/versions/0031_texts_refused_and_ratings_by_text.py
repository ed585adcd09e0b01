"""Numbers that want no texts, and when callers were asked by text how it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_core.migrations.alter import altered

revision = "0031"
down_revision = "0029"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "refused_text",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_refused_text")),
    )
    with altered("call") as batch:
        batch.add_column(sa.Column("rating_asked_at", _TIME, nullable=True))


def downgrade() -> None:
    with altered("call") as batch:
        batch.drop_column("rating_asked_at")
    op.drop_table("refused_text")
