"""The floor: shifts that were changed for a day, emergencies, and what its figures are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_LIVE = sa.text("state IN ('waiting', 'offered', 'claimed')")
_CALLED = sa.text("direction = 'outbound'")


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
    op.create_table(
        "emergency",
        sa.Column("id", _ID, nullable=False),
        sa.Column("texts", _JSON, nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("divert_to", sa.String(), nullable=True),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.CheckConstraint("action IN ('announce', 'close', 'divert')", name=op.f("ck_emergency_action")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_queue_entry_live", "queue_entry", ["rank_at", "id"], sqlite_where=_LIVE, postgresql_where=_LIVE)
    op.create_index("ix_queue_entry_joined_at", "queue_entry", ["joined_at"])
    op.create_index("ix_call_called", "call", ["to_number", "id"], sqlite_where=_CALLED, postgresql_where=_CALLED)


def downgrade() -> None:
    op.drop_index("ix_call_called", table_name="call")
    op.drop_index("ix_queue_entry_joined_at", table_name="queue_entry")
    op.drop_index("ix_queue_entry_live", table_name="queue_entry")
    op.drop_table("emergency")
    op.drop_table("shift_change")
    op.drop_column("agent", "shift_turned_at")
