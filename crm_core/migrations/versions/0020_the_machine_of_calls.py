"""The states of calls, legs, places and agents in full, offers, wrap-up and dispositions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_core.migrations.alter import altered

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NAMES = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TIME = sa.DateTime(timezone=True)

_AGENT = "presence IN ('available', 'away', 'offline', 'reserved', 'ringing', 'on-call', 'wrap-up')"
_CALL = (
    "state IN ('ringing', 'ivr', 'queued', 'connecting', 'talking', 'hold', 'wrap-up', 'done', 'abandoned', "
    "'voicemail', 'callback', 'closed', 'failed')"
)
_LEG = (
    "state IN ('created', 'requested', 'unknown', 'queued', 'initiated', 'ringing', 'answered', 'joined', 'left', "
    "'busy', 'no-answer', 'failed', 'canceled', 'completed')"
)
_PARTY = "party IN ('agent', 'customer', 'supervisor', 'third')"
_ENTRY = "state IN ('waiting', 'offered', 'claimed', 'bridged', 'done')"
_OPEN = "NOT (state IN ('abandoned', 'callback', 'closed', 'done', 'failed', 'voicemail'))"

_OLD_AGENT = "presence IN ('available', 'away', 'offline')"
_OLD_CALL = "state IN ('ivr', 'queued', 'connecting', 'talking', 'voicemail', 'done', 'abandoned')"
_OLD_OPEN = "state NOT IN ('done', 'abandoned')"
_OLD_LEG = "state IN ('created', 'requested', 'unknown', 'joined', 'ended')"
_OLD_ENTRY = "state IN ('waiting', 'claimed', 'bridged', 'left')"


def upgrade() -> None:
    with altered("agent", {"presence": _AGENT}) as agent:
        agent.add_column(sa.Column("presence_reason", sa.String(), nullable=True))
        agent.add_column(sa.Column("presence_next", sa.String(), nullable=True))
        agent.add_column(sa.Column("languages", _NAMES, nullable=False, server_default="[]"))
        agent.add_column(sa.Column("skills", _NAMES, nullable=False, server_default="[]"))
        agent.add_column(sa.Column("missed_offers", sa.Integer(), nullable=False, server_default="0"))
        agent.add_column(sa.Column("offered_at", _TIME, nullable=True))
    _upgrade_calls()
    _upgrade_legs()
    _upgrade_entries()
    with altered("callback_request") as wish:
        wish.add_column(sa.Column("outbound_id", _ID, nullable=True))
        wish.create_foreign_key(op.f("fk_callback_request_outbound_id"), "call", ["outbound_id"], ["id"])
        wish.create_unique_constraint(op.f("uq_callback_request_outbound_id"), ["outbound_id"])
    op.create_table(
        "offer",
        sa.Column("id", _ID, nullable=False),
        sa.Column("call_id", _ID, nullable=False),
        sa.Column("agent_id", _ID, nullable=False),
        sa.Column("leg_id", _ID, nullable=False),
        sa.Column("queue", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_by_hand", sa.Boolean(), nullable=False),
        sa.Column("offered_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'missed', 'withdrawn')", name=op.f("ck_offer_state")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_offer_call_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_offer_agent_id")),
        sa.ForeignKeyConstraint(["leg_id"], ["call_leg.id"], name=op.f("fk_offer_leg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("leg_id", name=op.f("uq_offer_leg_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_offer_call_id", "offer", ["call_id", "state"], unique=False)
    op.create_index("ix_offer_agent_id", "offer", ["agent_id", "offered_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_offer_agent_id", table_name="offer")
    op.drop_index("ix_offer_call_id", table_name="offer")
    op.drop_table("offer")
    with altered("callback_request") as wish:
        wish.drop_constraint(op.f("uq_callback_request_outbound_id"), type_="unique")
        wish.drop_constraint(op.f("fk_callback_request_outbound_id"), type_="foreignkey")
        wish.drop_column("outbound_id")
    _downgrade_entries()
    _downgrade_legs()
    _downgrade_calls()
    op.execute("UPDATE agent SET presence = 'available' WHERE presence NOT IN ('available', 'away', 'offline')")
    with altered("agent", {"presence": _OLD_AGENT}) as agent:
        for name in ("offered_at", "missed_offers", "skills", "languages", "presence_next", "presence_reason"):
            agent.drop_column(name)


def _upgrade_calls() -> None:
    op.drop_index("ix_call_open", table_name="call")
    with altered("call", {"state": _CALL}) as call:
        call.add_column(sa.Column("queue", sa.String(), nullable=True))
        call.add_column(sa.Column("conference_sid", sa.String(), nullable=True))
        call.add_column(sa.Column("disposition", sa.String(), nullable=True))
        for name in ("wrap_up_until", "talk_began_at", "talk_ended_at", "held_at"):
            call.add_column(sa.Column(name, _TIME, nullable=True))
        call.add_column(sa.Column("hold_seconds", sa.Integer(), nullable=False, server_default="0"))
    is_open = sa.text(_OPEN)
    op.create_index("ix_call_open", "call", ["id"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_call_agent_id", "call", ["agent_id", "started_at"])


def _downgrade_calls() -> None:
    op.drop_index("ix_call_agent_id", table_name="call")
    op.drop_index("ix_call_open", table_name="call")
    with altered("call", {"state": _CALL}):
        pass
    op.execute("UPDATE call SET state = 'ivr' WHERE state = 'ringing'")
    op.execute("UPDATE call SET state = 'talking' WHERE state = 'hold'")
    op.execute("UPDATE call SET state = 'done' WHERE state IN ('wrap-up', 'callback', 'closed', 'failed')")
    with altered("call", {"state": _OLD_CALL}) as call:
        for name in ("queue", "conference_sid", "disposition", "wrap_up_until", "talk_began_at", "talk_ended_at"):
            call.drop_column(name)
        call.drop_column("held_at")
        call.drop_column("hold_seconds")
    is_open = sa.text(_OLD_OPEN)
    op.create_index("ix_call_open", "call", ["id"], sqlite_where=is_open, postgresql_where=is_open)


def _upgrade_legs() -> None:
    with altered("call_leg", {"state": ""}) as leg:
        leg.add_column(sa.Column("party", sa.String(), nullable=False, server_default="agent"))
        leg.add_column(sa.Column("joined_at", _TIME, nullable=True))
        leg.alter_column("agent_id", existing_type=_ID, nullable=True)
    op.execute("UPDATE call_leg SET joined_at = answered_at WHERE state = 'joined'")
    op.execute(
        "UPDATE call_leg SET state = CASE WHEN carrier_status IN ('busy', 'no-answer', 'failed', 'canceled')"
        " THEN carrier_status WHEN carrier_status = 'completed' THEN 'completed' ELSE 'canceled' END"
        " WHERE state = 'ended'"
    )
    with altered("call_leg", {"state": _LEG, "party": _PARTY}):
        pass


def _downgrade_legs() -> None:
    op.execute("DELETE FROM call_leg WHERE agent_id IS NULL")
    with altered("call_leg", {"state": "", "party": ""}) as leg:
        leg.alter_column("agent_id", existing_type=_ID, nullable=False)
        leg.drop_column("party")
        leg.drop_column("joined_at")
    op.execute(
        "UPDATE call_leg SET state = CASE"
        " WHEN state IN ('busy', 'no-answer', 'failed', 'canceled', 'completed', 'left') THEN 'ended'"
        " WHEN state IN ('queued', 'initiated', 'ringing', 'answered') THEN 'requested' ELSE state END"
    )
    with altered("call_leg", {"state": _OLD_LEG}):
        pass


def _upgrade_entries() -> None:
    op.drop_index("ix_queue_entry_waiting", table_name="queue_entry")
    with altered("queue_entry", {"state": ""}) as entry:
        entry.add_column(sa.Column("rank_at", _TIME, nullable=True))
        entry.add_column(sa.Column("not_before", _TIME, nullable=True))
        entry.drop_column("leg_id")
    op.execute("UPDATE queue_entry SET rank_at = joined_at")
    op.execute("UPDATE queue_entry SET state = 'done' WHERE state = 'left'")
    with altered("queue_entry", {"state": _ENTRY}) as entry:
        entry.alter_column("rank_at", existing_type=_TIME, nullable=False)
    op.create_index("ix_queue_entry_waiting", "queue_entry", ["queue", "state", "rank_at"], unique=False)


def _downgrade_entries() -> None:
    op.drop_index("ix_queue_entry_waiting", table_name="queue_entry")
    with altered("queue_entry", {"state": ""}) as entry:
        entry.add_column(sa.Column("leg_id", _ID, nullable=True))
        entry.drop_column("rank_at")
        entry.drop_column("not_before")
    op.execute("UPDATE queue_entry SET state = 'left' WHERE state = 'done'")
    op.execute("UPDATE queue_entry SET state = 'waiting', claim_until = NULL WHERE state IN ('offered', 'claimed')")
    with altered("queue_entry", {"state": _OLD_ENTRY}):
        pass
    op.create_index("ix_queue_entry_waiting", "queue_entry", ["queue", "state", "joined_at"], unique=False)
