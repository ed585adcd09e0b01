"""A conversation may have several things open, and a button may answer one of them alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from crm_core.migrations.alter import altered

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """A question that was open is asked again by whoever asked for it."""
    with altered("conversation") as batch:
        batch.drop_column("pending")
        batch.add_column(sa.Column("dialogue", _JSON, nullable=False, server_default=sa.text("'{}'")))
    with altered("conversation") as batch:
        batch.alter_column("dialogue", server_default=None)
    op.add_column("choice_token", sa.Column("question", sa.Integer(), nullable=True))


def downgrade() -> None:
    with altered("choice_token") as batch:
        batch.drop_column("question")
    with altered("conversation") as batch:
        batch.drop_column("dialogue")
        batch.add_column(sa.Column("pending", _JSON, nullable=True))
