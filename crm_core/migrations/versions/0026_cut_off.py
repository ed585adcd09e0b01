"""Callers who were cut off and came back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_core.migrations.alter import altered

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with altered("call") as batch:
        batch.add_column(sa.Column("resumes_id", _ID, nullable=True))
        batch.create_foreign_key(op.f("fk_call_resumes_id"), "call", ["resumes_id"], ["id"])
        batch.create_index("ix_call_resumes_id", ["resumes_id"], unique=True)


def downgrade() -> None:
    with altered("call") as batch:
        batch.drop_index("ix_call_resumes_id")
        batch.drop_constraint(op.f("fk_call_resumes_id"), type_="foreignkey")
        batch.drop_column("resumes_id")
