"""Consent and its uses, numbers that are not to be called, evidence kept apart, legal holds, retention, files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _json() -> sa.JSON:
    found = sa.JSON()
    return found.with_variant(postgresql.JSONB(), "postgresql")


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _consent()
    _evidence()
    _keeping()
    _files()


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("source_kind", sa.String(), nullable=True),
        sa.Column("source_id", _id(), nullable=True),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("agent_id", _id(), nullable=True),
        sa.Column("id", _id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _time("created_at"),
        _time("updated_at"),
        sa.CheckConstraint("channel IN ('phone', 'sms', 'email', 'chat')", name=op.f("ck_consent_channel")),
        sa.CheckConstraint(
            "purpose IN ('service', 'advertising', 'recording', 'survey')", name=op.f("ck_consent_purpose")
        ),
        sa.CheckConstraint("how IN ('told', 'pressed', 'written', 'imported')", name=op.f("ck_consent_how")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_consent_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consent_contact", "consent", ["contact_id", "channel", "purpose", "id"])
    op.create_table(
        "consent_use",
        sa.Column("id", _id(), nullable=False),
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("consent_id", _id(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("source_kind", sa.String(), nullable=True),
        sa.Column("source_id", _id(), nullable=True),
        sa.Column("used_by", sa.String(), nullable=False),
        _time("at"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_consent_use_contact_id")),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.id"], name=op.f("fk_consent_use_consent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_use")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_consent_use_contact_id"), "consent_use", ["contact_id"])
    op.create_index(op.f("ix_consent_use_consent_id"), "consent_use", ["consent_id"])
    op.create_table(
        "do_not_call",
        sa.Column("id", _id(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("noted_by", sa.String(), nullable=False),
        _time("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_do_not_call")),
        sa.UniqueConstraint("digest", name=op.f("uq_do_not_call_digest")),
        sqlite_autoincrement=True,
    )


def _evidence() -> None:
    op.create_table(
        "kept_evidence",
        sa.Column("id", _id(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("record", _json(), nullable=False),
        _time("kept_since"),
        _time("keep_until"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_evidence")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_kept_evidence_digest"), "kept_evidence", ["digest"])
    op.create_index(op.f("ix_kept_evidence_keep_until"), "kept_evidence", ["keep_until"])


def _keeping() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", _id(), nullable=False),
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _time("since"),
        sa.Column("put_by", sa.String(), nullable=False),
        _time("released_at", nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_legal_hold_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_legal_hold_contact_id"), "legal_hold", ["contact_id"])
    op.create_index(
        "ix_legal_hold_standing",
        "legal_hold",
        ["contact_id"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "retention_run",
        sa.Column("id", _id(), nullable=False),
        _time("started_at"),
        _time("ended_at", nullable=True),
        sa.Column("removed", _json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
        sqlite_autoincrement=True,
    )


def _files() -> None:
    op.create_table(
        "file",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_id", _id(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("id", _id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _time("created_at"),
        _time("updated_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_file_record", "file", ["kind", "record_id", "id"])
    op.create_index(op.f("ix_file_sha256"), "file", ["sha256"])
    op.create_table(
        "file_bytes",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "part", name=op.f("pk_file_bytes")),
    )


def downgrade() -> None:
    for name in (
        "file_bytes", "file", "retention_run", "legal_hold", "kept_evidence", "do_not_call", "consent_use", "consent",
    ):  # fmt: skip
        op.drop_table(name)
