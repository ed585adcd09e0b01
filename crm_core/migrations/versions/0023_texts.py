"""Text messages, with what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "text_message",
        sa.Column("id", _ID, nullable=False),
        sa.Column("contact_id", _ID, nullable=True),
        sa.Column("ticket_id", _ID, nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("is_inbound", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sid", sa.String(), nullable=True),
        sa.Column("error", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('received', 'pending', 'unknown', 'sent', 'delivered', 'undelivered', 'failed')",
            name=op.f("ck_text_message_state"),
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_text_message_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_message")),
        sa.UniqueConstraint("sid", name=op.f("uq_text_message_sid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_text_message_contact_id"), "text_message", ["contact_id"])
    op.create_index(op.f("ix_text_message_ticket_id"), "text_message", ["ticket_id"])
    op.create_index("ix_text_message_number", "text_message", ["number", "id"])


def downgrade() -> None:
    op.drop_table("text_message")
