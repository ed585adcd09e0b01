"""Chat identities of contacts, an index of the calls that are not over, and a key for digests of numbers.

What was digested without a key is keyed. Downwards a digest is plain again where the number is still there; of people
who were erased it is not, and their numbers are not recognised any more.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_DIGESTED = ("do_not_call", "kept_evidence")
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
    made = op.create_table(
        "digest_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_key")),
    )
    _key_digests(made)


def _key_digests(keys: sa.Table) -> None:
    """A database without any digest gets its key with the first one."""
    bind = op.get_bind()
    found = {name: bind.execute(sa.select(_table(name))).all() for name in _DIGESTED}
    if not any(found.values()):
        return
    key = secrets.token_bytes(32)
    op.bulk_insert(keys, [{"id": 1, "key": key.hex()}])
    for name, kept in found.items():
        for row in kept:
            _put(name, row.id, hmac.new(key, row.digest.encode(), hashlib.sha256).hexdigest())


def _unkey_digests() -> None:
    table = _table("do_not_call", sa.column("number", sa.String()))
    for row in op.get_bind().execute(sa.select(table).where(table.c.number.is_not(None))).all():
        _put("do_not_call", row.id, hashlib.sha256(row.number.encode()).hexdigest())


def _put(name: str, row_id: int, digest: str) -> None:
    table = _table(name)
    op.get_bind().execute(sa.update(table).where(table.c.id == row_id).values(digest=digest))


def _table(name: str, *more: sa.ColumnClause[str]) -> sa.TableClause:
    return sa.table(name, sa.column("id", sa.BigInteger()), sa.column("digest", sa.String()), *more)


def downgrade() -> None:
    _unkey_digests()
    op.drop_table("digest_key")
    op.drop_index("ix_call_open", table_name="call")
    op.drop_index(op.f("ix_chat_identity_external_id"), table_name="chat_identity")
    op.drop_index(op.f("ix_chat_identity_contact_id"), table_name="chat_identity")
    op.drop_table("chat_identity")
