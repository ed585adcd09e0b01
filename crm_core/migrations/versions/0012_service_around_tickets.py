"""The service around tickets: what was promised for them, the knowledge base, satisfaction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _promises()
    _articles()
    _satisfaction()


def downgrade() -> None:
    op.drop_table("satisfaction")
    op.drop_table("article_token")
    op.drop_table("article_edition")
    op.drop_table("article")
    op.drop_table("ticket_sla")


def _promises() -> None:
    op.create_table(
        "ticket_sla",
        sa.Column("ticket_id", _ID, nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.String(), nullable=True),
        sa.Column("paused_seconds", sa.Integer(), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("clock IN ('first-response', 'resolution')", name=op.f("ck_ticket_sla_clock")),
        sa.CheckConstraint("stopped_by IN ('reply', 'claim', 'status')", name=op.f("ck_ticket_sla_stopped_by")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_sla_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "clock", name=op.f("pk_ticket_sla")),
    )
    running = sa.text("stopped_since IS NULL")
    op.create_index("ix_ticket_sla_running", "ticket_sla", ["warn_at"], sqlite_where=running, postgresql_where=running)


def _articles() -> None:
    op.create_table(
        "article",
        sa.Column("id", _ID, nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("published_edition", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("audience IN ('public', 'internal')", name=op.f("ck_article_audience")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "article_edition",
        sa.Column("article_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_edition_article_id")),
        sa.PrimaryKeyConstraint("article_id", "number", name=op.f("pk_article_edition")),
    )
    op.create_table(
        "article_token",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("article_id", _ID, nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_token_article_id")),
        sa.PrimaryKeyConstraint("token", "article_id", name=op.f("pk_article_token")),
    )
    op.create_index("ix_article_token_article_id", "article_token", ["article_id"])


def _satisfaction() -> None:
    op.create_table(
        "satisfaction",
        sa.Column("ticket_id", _ID, nullable=False),
        sa.Column("team", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_satisfaction_rating")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_satisfaction_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_satisfaction")),
    )
    op.create_index("ix_satisfaction_answered_at", "satisfaction", ["answered_at"])
