"""What tickets and deals lacked: custom fields, further calls, search; and addresses that are told once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_core.tokens import tokens_of

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_BATCH = 500

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BYTEWISE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
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
    op.add_column("effect", sa.Column("is_secret", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "quote_link",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("quote_id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_quote_link_quote_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_quote_link")),
    )
    op.create_index(op.f("ix_quote_link_quote_id"), "quote_link", ["quote_id"])
    _search()


def _search() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute('ALTER TABLE article_token ALTER COLUMN token TYPE VARCHAR COLLATE "C"')
    op.create_table(
        "ticket_token",
        sa.Column("token", _BYTEWISE, nullable=False),
        sa.Column("ticket_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_token_ticket_id")),
        sa.PrimaryKeyConstraint("token", "ticket_id", name=op.f("pk_ticket_token")),
        sqlite_with_rowid=False,
    )
    _fill_tokens()
    op.create_index("ix_ticket_token_ticket_id", "ticket_token", ["ticket_id", "token"])


def _fill_tokens() -> None:
    """The words of the tickets there are, so many at a time that a million of them fit into memory."""
    bind = op.get_bind()
    ticket = sa.table("ticket", sa.column("id"), sa.column("subject"), sa.column("description"))
    comment = sa.table("ticket_comment", sa.column("ticket_id"), sa.column("body"))
    token = sa.table("ticket_token", sa.column("token"), sa.column("ticket_id"))
    last = 0
    while batch := bind.execute(sa.select(ticket).where(ticket.c.id > last).order_by(ticket.c.id).limit(_BATCH)).all():
        said = {row.id: [row.subject, row.description] for row in batch}
        last = batch[-1].id
        for row in bind.execute(sa.select(comment).where(comment.c.ticket_id.in_(list(said)))).all():
            said[row.ticket_id].append(row.body)
        rows = [{"token": word, "ticket_id": id} for id, texts in said.items() for word in sorted(tokens_of(texts))]
        if rows:
            bind.execute(sa.insert(token), rows)


def downgrade() -> None:
    op.drop_table("quote_link")
    op.drop_column("effect", "is_secret")
    op.drop_table("ticket_token")
    op.drop_table("ticket_call")
    for table in ("deal", "ticket"):
        op.drop_column(table, "custom")
