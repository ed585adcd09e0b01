"""What a voicemail says, written out; or why it is not."""

from __future__ import annotations

import sqlalchemy as sa

from crm_core.migrations.alter import altered

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_UNWRITTEN = "unwritten IN ('unreachable', 'refused', 'too-large', 'no-sound', 'silent')"


def upgrade() -> None:
    with altered("recording", {"unwritten": _UNWRITTEN}) as recording:
        recording.add_column(sa.Column("transcript", sa.Text(), nullable=True))
        recording.add_column(sa.Column("unwritten", sa.String(), nullable=True))


def downgrade() -> None:
    with altered("recording", {"unwritten": ""}) as recording:
        recording.drop_column("unwritten")
        recording.drop_column("transcript")
