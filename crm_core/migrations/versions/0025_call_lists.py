"""Call lists, and who is on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_NOT_CLOSED = sa.text("state <> 'closed'")
_RETRY = sa.text("state = 'open' AND due_at IS NOT NULL")
_FRESH = sa.text("state = 'open' AND due_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "calllist",
        sa.Column("id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'paused', 'closed')", name=op.f("ck_calllist_state")),
        sa.CheckConstraint("purpose IN ('service', 'advertising', 'survey')", name=op.f("ck_calllist_purpose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calllist")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_calllist_key", "calllist", ["key"], unique=True, sqlite_where=_NOT_CLOSED, postgresql_where=_NOT_CLOSED
    )
    op.create_table(
        "callee",
        sa.Column("id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("list_id", _ID, nullable=False),
        sa.Column("contact_id", _ID, nullable=False),
        sa.Column("deal_id", _ID, nullable=True),
        sa.Column("tag", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rank", _ID, nullable=False),
        sa.Column("due_at", _TIME, nullable=True),
        sa.Column("agent_id", _ID, nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.Column("call_id", _ID, nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcomes", _JSON, nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'calling', 'done', 'dropped')", name=op.f("ck_callee_state")),
        sa.CheckConstraint(
            "why IN ('already', 'do-not-call', 'gone', 'no-consent', 'no-contact', 'no-number', 'removed')",
            name=op.f("ck_callee_why"),
        ),
        sa.ForeignKeyConstraint(["list_id"], ["calllist.id"], name=op.f("fk_callee_list_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_callee_contact_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_callee_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callee")),
        sa.UniqueConstraint("list_id", "contact_id", name=op.f("uq_callee_list_id_contact_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_callee_contact_id"), "callee", ["contact_id"])
    op.create_index(op.f("ix_callee_deal_id"), "callee", ["deal_id"])
    op.create_index(op.f("ix_callee_call_id"), "callee", ["call_id"])
    op.create_index("ix_callee_agent_id", "callee", ["agent_id", "updated_at"])
    op.create_index(
        "ix_callee_retry", "callee", ["list_id", "due_at", "id"], sqlite_where=_RETRY, postgresql_where=_RETRY
    )
    op.create_index(
        "ix_callee_fresh", "callee", ["list_id", "rank", "id"], sqlite_where=_FRESH, postgresql_where=_FRESH
    )


def downgrade() -> None:
    op.drop_table("callee")
    op.drop_table("calllist")
