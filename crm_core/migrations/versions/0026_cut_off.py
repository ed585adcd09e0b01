"""Callers who were cut off and came back; blocked numbers whose owner was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_core.migrations.alter import altered

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ENDING = sa.text("state = 'stopping'")


def upgrade() -> None:
    with altered("call") as batch:
        batch.add_column(sa.Column("resumes_id", _ID, nullable=True))
        batch.create_foreign_key(op.f("fk_call_resumes_id"), "call", ["resumes_id"], ["id"])
        batch.create_index("ix_call_resumes_id", ["resumes_id"], unique=True)
    with altered("blocked_number") as batch:
        batch.alter_column("number", existing_type=sa.String(), nullable=True)
        batch.add_column(sa.Column("digest", sa.String(), nullable=True))
        batch.create_unique_constraint(op.f("uq_blocked_number_digest"), ["digest"])
    op.create_index("ix_recording_ending", "recording", ["id"], sqlite_where=_ENDING, postgresql_where=_ENDING)


def downgrade() -> None:
    op.drop_index("ix_recording_ending", table_name="recording")
    # Of an erased owner nothing is left that the older schema could tell the number by.
    op.execute("DELETE FROM blocked_number WHERE number IS NULL")
    with altered("blocked_number") as batch:
        batch.drop_constraint(op.f("uq_blocked_number_digest"), type_="unique")
        batch.drop_column("digest")
        batch.alter_column("number", existing_type=sa.String(), nullable=False)
    with altered("call") as batch:
        batch.drop_index("ix_call_resumes_id")
        batch.drop_constraint(op.f("fk_call_resumes_id"), type_="foreignkey")
        batch.drop_column("resumes_id")
