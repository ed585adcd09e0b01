"""Own dials, hold and mute; calls that are passed on; supervisors; recordings of talks and who may hear them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_core.migrations.alter import altered

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)

_MODE = "mode IN ('listen', 'whisper', 'barge')"
_RECORDING = (
    "state IN ('asked', 'refused', 'starting', 'recording', 'paused', 'stopping', 'done', 'failed', 'withdrawn')"
)


def upgrade() -> None:
    with altered("call_leg", {"mode": _MODE}) as leg:
        leg.add_column(sa.Column("is_muted", sa.Boolean(), nullable=False, server_default=sa.false()))
        leg.add_column(sa.Column("mode", sa.String(), nullable=True))
    with altered("recording", {"state": _RECORDING}) as recording:
        recording.alter_column("sid", existing_type=sa.String(), nullable=True)
        recording.alter_column("url", existing_type=sa.String(), nullable=True)
        recording.add_column(sa.Column("state", sa.String(), nullable=False, server_default="done"))
        recording.add_column(sa.Column("agent_id", _ID, nullable=True))
        recording.add_column(sa.Column("consent_id", _ID, nullable=True))
        recording.add_column(sa.Column("wording", sa.Text(), nullable=True))
        for name in ("agreed_at", "started_at", "ended_at"):
            recording.add_column(sa.Column(name, _TIME, nullable=True))
        recording.create_foreign_key(op.f("fk_recording_agent_id"), "agent", ["agent_id"], ["id"])
        recording.create_foreign_key(op.f("fk_recording_consent_id"), "consent", ["consent_id"], ["id"])
    _create_transfers()
    _create_listening()


def downgrade() -> None:
    op.drop_table("listening")
    op.drop_index("ix_transfer_call_id", table_name="transfer")
    op.drop_table("transfer")
    op.execute("DELETE FROM recording WHERE sid IS NULL OR url IS NULL")
    with altered("recording", {"state": ""}) as recording:
        recording.drop_constraint(op.f("fk_recording_consent_id"), type_="foreignkey")
        recording.drop_constraint(op.f("fk_recording_agent_id"), type_="foreignkey")
        for name in ("ended_at", "started_at", "agreed_at", "wording", "consent_id", "agent_id", "state"):
            recording.drop_column(name)
        recording.alter_column("url", existing_type=sa.String(), nullable=False)
        recording.alter_column("sid", existing_type=sa.String(), nullable=False)
    with altered("call_leg", {"mode": ""}) as leg:
        leg.drop_column("mode")
        leg.drop_column("is_muted")


def _create_transfers() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", _ID, nullable=False),
        sa.Column("call_id", _ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("from_agent_id", _ID, nullable=False),
        sa.Column("to_agent_id", _ID, nullable=True),
        sa.Column("to_number", sa.String(), nullable=True),
        sa.Column("leg_id", _ID, nullable=False),
        sa.Column("began_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.CheckConstraint("kind IN ('blind', 'warm', 'return')", name=op.f("ck_transfer_kind")),
        sa.CheckConstraint(
            "state IN ('ringing', 'consulting', 'done', 'joined', 'back')", name=op.f("ck_transfer_state")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_transfer_call_id")),
        sa.ForeignKeyConstraint(["from_agent_id"], ["agent.id"], name=op.f("fk_transfer_from_agent_id")),
        sa.ForeignKeyConstraint(["to_agent_id"], ["agent.id"], name=op.f("fk_transfer_to_agent_id")),
        sa.ForeignKeyConstraint(["leg_id"], ["call_leg.id"], name=op.f("fk_transfer_leg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("leg_id", name=op.f("uq_transfer_leg_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_transfer_call_id", "transfer", ["call_id", "state"], unique=False)


def _create_listening() -> None:
    op.create_table(
        "listening",
        sa.Column("id", _ID, nullable=False),
        sa.Column("recording_id", _ID, nullable=False),
        sa.Column("agent_id", _ID, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("heard_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_listening_recording_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_listening_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listening")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_listening_token_hash")),
    )
    op.create_index("ix_listening_recording_id", "listening", ["recording_id"], unique=False)
