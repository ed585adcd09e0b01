"""Conversations that a dialogue server drives: the name by which it knows them, and who speaks in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_core.activity import Json
from crm_core.migrations.alter import altered

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with altered("conversation") as batch:
        batch.add_column(sa.Column("sender", sa.String(), nullable=True))
        batch.add_column(sa.Column("speaker", Json, nullable=True))
        batch.create_unique_constraint(op.f("uq_conversation_sender"), ["sender"])


def downgrade() -> None:
    with altered("conversation") as batch:
        batch.drop_constraint(op.f("uq_conversation_sender"), type_="unique")
        batch.drop_column("speaker")
        batch.drop_column("sender")
