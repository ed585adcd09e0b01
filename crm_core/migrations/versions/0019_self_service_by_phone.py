"""Self-service by phone: numbers that are turned away, PINs, times to be called back, ratings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_core.migrations.alter import altered

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "blocked_number",
        sa.Column("id", _ID, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_by", _ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["blocked_by"], ["agent.id"], name=op.f("fk_blocked_number_blocked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocked_number")),
        sa.UniqueConstraint("number", name=op.f("uq_blocked_number_number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "contact_pin",
        sa.Column("contact_id", _ID, nullable=False),
        sa.Column("hash", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", _ID, nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_pin_contact_id")),
        sa.ForeignKeyConstraint(["set_by"], ["agent.id"], name=op.f("fk_contact_pin_set_by")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact_pin")),
    )
    op.add_column("callback_request", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_callback_request_due_at", "callback_request", ["due_at"])
    with altered("call", {"rating": "rating BETWEEN 1 AND 5"}) as batch:
        batch.add_column(sa.Column("rating", sa.Integer(), nullable=True))


def downgrade() -> None:
    with altered("call", {"rating": ""}) as batch:
        batch.drop_column("rating")
    op.drop_index("ix_callback_request_due_at", "callback_request")
    op.drop_column("callback_request", "due_at")
    op.drop_table("contact_pin")
    op.drop_table("blocked_number")
