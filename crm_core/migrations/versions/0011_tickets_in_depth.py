"""Tickets in depth: states, queues, tags, links, checklists, snooze, views, incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_core.migrations.alter import altered

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ACTIVE = "status NOT IN ('resolved', 'closed') AND snoozed_until IS NULL"
FREE = "assignee_id IS NULL AND status IN ('new', 'open') AND snoozed_until IS NULL"
INDEXES = {
    "ix_ticket_active": (["id"], ACTIVE),
    "ix_ticket_active_queue": (["queue", "id"], ACTIVE),
    "ix_ticket_active_assignee": (["assignee_id", "id"], ACTIVE),
    "ix_ticket_status": (["status", "id"], "snoozed_until IS NULL"),
    "ix_ticket_free": (["priority", "next_due_at", "id"], FREE),
}
STATES = "status IN ('new', 'open', 'waiting', 'on-hold', 'resolved', 'closed')"


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'resolved')", name=op.f("ck_incident_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sqlite_autoincrement=True,
    )
    _partial_drop("ix_ticket_unresolved", "status <> 'resolved'")
    with altered("ticket", {"status": STATES}) as batch:
        batch.add_column(sa.Column("queue", sa.String(), nullable=True))
        batch.add_column(sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
        for column, target in (("parent_id", "ticket"), ("merged_into_id", "ticket"), ("incident_id", "incident")):
            batch.add_column(sa.Column(column, BIG, nullable=True))
            batch.create_foreign_key(op.f(f"fk_ticket_{column}"), target, [column], ["id"])
            batch.create_index(op.f(f"ix_ticket_{column}"), [column])
    for name, (columns, where) in INDEXES.items():
        op.create_index(name, "ticket", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.add_column("ticket_comment", sa.Column("is_public", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("ticket_comment") as batch:
        batch.alter_column("is_public", server_default=None)
    op.add_column("conversation", sa.Column("page", JSON, nullable=True))
    _beside_a_ticket("ticket_tag", sa.Column("tag", sa.String(40), nullable=False))
    op.create_index("ix_ticket_tag_tag", "ticket_tag", ["tag", "ticket_id"])
    _beside_a_ticket("ticket_blocker", sa.Column("blocker_id", BIG, nullable=False), "ticket")
    op.create_index(op.f("ix_ticket_blocker_blocker_id"), "ticket_blocker", ["blocker_id"])
    _beside_a_ticket("ticket_watcher", sa.Column("agent_id", BIG, nullable=False), "agent")
    op.create_index(op.f("ix_ticket_watcher_agent_id"), "ticket_watcher", ["agent_id"])
    op.create_table(
        "ticket_step",
        sa.Column("id", BIG, nullable=False),
        sa.Column("ticket_id", BIG, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_step_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_step")),
    )
    op.create_index(op.f("ix_ticket_step_ticket_id"), "ticket_step", ["ticket_id"])
    op.create_table(
        "ticket_view",
        sa.Column("id", BIG, nullable=False),
        sa.Column("agent_id", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wanted", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_ticket_view_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_view")),
        sa.UniqueConstraint("agent_id", "name", name=op.f("uq_ticket_view_agent_id_name")),
    )


def downgrade() -> None:
    for table in ("ticket_view", "ticket_step", "ticket_watcher", "ticket_blocker", "ticket_tag"):
        op.drop_table(table)
    op.drop_column("conversation", "page")
    op.drop_column("ticket_comment", "is_public")
    for name in INDEXES:
        op.drop_index(name, "ticket")
    op.execute("UPDATE ticket SET status = 'open' WHERE status IN ('waiting', 'on-hold')")
    op.execute("UPDATE ticket SET status = 'resolved' WHERE status = 'closed'")
    with altered("ticket", {"status": "status IN ('new', 'open', 'resolved')"}) as batch:
        for column in ("incident_id", "merged_into_id", "parent_id"):
            batch.drop_index(op.f(f"ix_ticket_{column}"))
            batch.drop_constraint(op.f(f"fk_ticket_{column}"), type_="foreignkey")
            batch.drop_column(column)
        for column in ("snoozed_until", "next_due_at", "queue"):
            batch.drop_column(column)
    where = sa.text("status <> 'resolved'")
    op.create_index("ix_ticket_unresolved", "ticket", ["id"], sqlite_where=where, postgresql_where=where)
    op.drop_table("incident")


def _beside_a_ticket(table: str, column: sa.Column[int] | sa.Column[str], target: str | None = None) -> None:
    parts: list[sa.Column[int] | sa.Column[str] | sa.Constraint] = [
        sa.Column("ticket_id", BIG, nullable=False),
        column,
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f(f"fk_{table}_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", column.name, name=op.f(f"pk_{table}")),
    ]
    if target is not None:
        name = op.f(f"fk_{table}_{column.name}")
        parts.append(sa.ForeignKeyConstraint([column.name], [f"{target}.id"], name=name))
    op.create_table(table, *parts)


def _partial_drop(name: str, where: str) -> None:
    op.drop_index(name, "ticket", sqlite_where=sa.text(where), postgresql_where=sa.text(where))
