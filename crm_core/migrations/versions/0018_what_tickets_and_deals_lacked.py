"""What tickets and deals lacked: custom fields, further calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for table in ("ticket", "deal"):
        op.add_column(table, sa.Column("custom", _JSON, nullable=False, server_default=sa.text("'{}'")))
    op.create_table(
        "ticket_call",
        sa.Column("ticket_id", _ID, nullable=False),
        sa.Column("call_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_call_ticket_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_ticket_call_call_id")),
        sa.PrimaryKeyConstraint("ticket_id", "call_id", name=op.f("pk_ticket_call")),
    )
    op.create_index(op.f("ix_ticket_call_call_id"), "ticket_call", ["call_id"])


def downgrade() -> None:
    op.drop_table("ticket_call")
    for table in ("deal", "ticket"):
        op.drop_column(table, "custom")
