"""Shifts that were changed for a day, and which turn of the rota an agent has made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("agent", sa.Column("shift_turned_at", _TIME, nullable=True))
    op.create_table(
        "shift_change",
        sa.Column("id", _ID, nullable=False),
        sa.Column("agent_id", _ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_shift_change_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_change")),
        sa.UniqueConstraint("agent_id", "day", name=op.f("uq_shift_change_agent_id_day")),
    )


def downgrade() -> None:
    op.drop_table("shift_change")
    op.drop_column("agent", "shift_turned_at")
