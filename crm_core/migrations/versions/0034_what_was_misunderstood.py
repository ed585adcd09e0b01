"""Sentences that were not understood, masked, for review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        "misunderstood",
        sa.Column("id", _ID, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("guesses", _JSON, nullable=False),
        sa.Column("done", sa.String(), nullable=True),
        sa.Column("review", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=True),
        sa.Column("taught", sa.String(), nullable=True),
        sa.Column("first_at", _TIME, nullable=False),
        sa.Column("last_at", _TIME, nullable=False),
        sa.CheckConstraint("why IN ('unknown', 'refused', 'undone')", name=op.f("ck_misunderstood_why")),
        sa.CheckConstraint("review IN ('open', 'labelled', 'ignored')", name=op.f("ck_misunderstood_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_misunderstood")),
        sa.UniqueConstraint("language", "text", name=op.f("uq_misunderstood_language_text")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_misunderstood_review", "misunderstood", ["review", "last_at"])


def downgrade() -> None:
    op.drop_index("ix_misunderstood_review", "misunderstood")
    op.drop_table("misunderstood")
