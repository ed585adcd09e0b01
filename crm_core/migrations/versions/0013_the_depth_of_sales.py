"""Several pipelines and their sums, the people around a deal, its next step and why it ended."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Only added columns: rebuilding a table that others point at would not pass SQLite's foreign keys.
    op.add_column("stage", sa.Column("pipeline", sa.String(), nullable=False, server_default="sales"))
    _change_deals()
    op.create_table(
        "deal_contact",
        sa.Column("deal_id", _BIG, nullable=False),
        sa.Column("contact_id", _BIG, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_contact_deal_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_deal_contact_contact_id")),
        sa.PrimaryKeyConstraint("deal_id", "contact_id", name=op.f("pk_deal_contact")),
    )
    op.create_index(op.f("ix_deal_contact_contact_id"), "deal_contact", ["contact_id"])
    op.create_table(
        "pipeline_sum",
        sa.Column("stage_id", _BIG, nullable=False),
        sa.Column("owner_id", _BIG, nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("value_minor", _BIG, nullable=False),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_pipeline_sum_stage_id")),
        sa.PrimaryKeyConstraint("stage_id", "owner_id", "currency", name=op.f("pk_pipeline_sum")),
    )
    op.execute(
        "INSERT INTO pipeline_sum (stage_id, owner_id, currency, count, value_minor) "
        "SELECT stage_id, COALESCE(owner_id, 0), currency, COUNT(*), SUM(value_minor) FROM deal "
        "GROUP BY stage_id, COALESCE(owner_id, 0), currency"
    )
    _make_quotes()
    _make_appointments()
    op.create_table(
        "assignment_turn",
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("turn", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("group_key", name=op.f("pk_assignment_turn")),
    )


def downgrade() -> None:
    for table in ("assignment_turn", "appointment_agent", "appointment", "quote_line", "quote"):
        op.drop_table(table)
    op.drop_table("pipeline_sum")
    op.drop_index(op.f("ix_deal_contact_contact_id"), table_name="deal_contact")
    op.drop_table("deal_contact")
    for name in ("ix_deal_created_at", "ix_deal_expected_close", "ix_deal_stage_since"):
        op.drop_index(name, table_name="deal")
    for name in ("reason", "next_step_due", "next_step", "stage_since"):
        op.drop_column("deal", name)
    op.drop_column("stage", "pipeline")


def _change_deals() -> None:
    # SQLite adds a column that must be there only with a constant; the next line puts the best known time.
    long_ago = (
        "1970-01-01 00:00:00+00:00" if op.get_bind().dialect.name == "postgresql" else "1970-01-01 00:00:00.000000"
    )
    since = sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False, server_default=long_ago)
    op.add_column("deal", since)
    op.execute("UPDATE deal SET stage_since = updated_at")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("deal", "stage_since", server_default=None)
    op.add_column("deal", sa.Column("next_step", sa.String(), nullable=True))
    op.add_column("deal", sa.Column("next_step_due", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deal", sa.Column("reason", sa.String(), nullable=True))
    op.create_index("ix_deal_stage_since", "deal", ["stage_id", "stage_since"])
    op.create_index("ix_deal_expected_close", "deal", ["stage_id", "expected_close", "currency", "value_minor"])
    op.create_index("ix_deal_created_at", "deal", ["created_at"])


def _make_quotes() -> None:
    op.create_table(
        "quote",
        sa.Column("deal_id", _BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        *_record(),
        sa.CheckConstraint("state IN ('draft', 'sent', 'accepted', 'declined')", name=op.f("ck_quote_state")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_quote_deal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_quote_deal_id"), "quote", ["deal_id"])
    op.create_index(op.f("ix_quote_state"), "quote", ["state"])
    op.create_table(
        "quote_line",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("quote_id", _BIG, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("quantity", _BIG, nullable=False),
        sa.Column("unit_minor", _BIG, nullable=False),
        sa.Column("discount_bp", sa.Integer(), nullable=False),
        sa.Column("vat_bp", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_quote_line_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_line")),
    )
    op.create_index(op.f("ix_quote_line_quote_id"), "quote_line", ["quote_id"])


def _make_appointments() -> None:
    op.create_table(
        "appointment",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("contact_id", _BIG, nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        *_record(),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_appointment_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_appointment_contact_id"), "appointment", ["contact_id"])
    op.create_index("ix_appointment_start_at", "appointment", ["start_at"])
    op.create_table(
        "appointment_agent",
        sa.Column("appointment_id", _BIG, nullable=False),
        sa.Column("agent_id", _BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_appointment_agent_appointment_id")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_appointment_agent_agent_id")),
        sa.PrimaryKeyConstraint("appointment_id", "agent_id", name=op.f("pk_appointment_agent")),
    )
    op.create_index(op.f("ix_appointment_agent_agent_id"), "appointment_agent", ["agent_id"])


def _record() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", _BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]
