"""Chat identities of contacts, and an index of the calls that are not over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_OPEN = sa.text("state NOT IN ('done', 'abandoned')")


def upgrade() -> None:
    op.create_table(
        "chat_identity",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('slack', 'telegram')", name=op.f("ck_chat_identity_channel")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_chat_identity_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_identity")),
        sa.UniqueConstraint("channel", "external_id", name=op.f("uq_chat_identity_channel_external_id")),
    )
    op.create_index(op.f("ix_chat_identity_contact_id"), "chat_identity", ["contact_id"])
    op.create_index(op.f("ix_chat_identity_external_id"), "chat_identity", ["external_id"])
    op.create_index("ix_call_open", "call", ["id"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_index("ix_call_open", table_name="call")
    op.drop_index(op.f("ix_chat_identity_external_id"), table_name="chat_identity")
    op.drop_index(op.f("ix_chat_identity_contact_id"), table_name="chat_identity")
    op.drop_table("chat_identity")
