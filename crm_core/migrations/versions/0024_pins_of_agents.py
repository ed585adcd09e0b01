"""The PINs by which colleagues are known on any phone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "agent_pin",
        sa.Column("agent_id", _ID, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", _TIME, nullable=True),
        sa.Column("set_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_pin_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agent_pin")),
    )


def downgrade() -> None:
    op.drop_table("agent_pin")
