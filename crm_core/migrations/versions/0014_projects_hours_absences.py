"""Projects, what tasks are made of, hours worked, absences, calendars, who has left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_core.migrations.alter import altered

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("agent", sa.Column("left_at", _time, nullable=True))
    _projects()
    with altered("task", {"status": "status IN ('open', 'doing', 'done')"}) as task:
        task.add_column(sa.Column("status", sa.String(), nullable=False, server_default="open"))
        task.add_column(sa.Column("project_id", _id, nullable=True))
        task.add_column(sa.Column("remind_minutes", sa.Integer(), nullable=True))
        task.add_column(sa.Column("repeats", sa.String(), nullable=True))
        task.add_column(sa.Column("repeats_from", _time, nullable=True))
        task.add_column(sa.Column("follows_id", _id, nullable=True))
        task.create_foreign_key(op.f("fk_task_project_id"), "project", ["project_id"], ["id"])
        task.create_foreign_key(op.f("fk_task_follows_id"), "task", ["follows_id"], ["id"])
        task.create_unique_constraint(op.f("uq_task_follows_id"), ["follows_id"])
    op.create_index(op.f("ix_task_project_id"), "task", ["project_id"])
    op.execute("UPDATE task SET status = 'done' WHERE finished_at IS NOT NULL")
    with altered("task") as task:
        task.alter_column("status", existing_type=sa.String(), existing_nullable=False, server_default=None)
    _parts_of_tasks()
    _hours()
    _people()


def downgrade() -> None:
    for table in ("calendar_feed", "absence", "stopwatch", "hours", "task_block", "task_item"):
        op.drop_table(table)
    op.drop_index(op.f("ix_task_project_id"), table_name="task")
    with altered("task", {"status": ""}) as task:
        task.drop_constraint(op.f("uq_task_follows_id"), type_="unique")
        task.drop_constraint(op.f("fk_task_follows_id"), type_="foreignkey")
        task.drop_constraint(op.f("fk_task_project_id"), type_="foreignkey")
        for column in ("follows_id", "repeats_from", "repeats", "remind_minutes", "project_id", "status"):
            task.drop_column(column)
    op.drop_table("project_member")
    op.drop_table("project")
    with altered("agent") as agent:
        agent.drop_column("left_at")


def _record() -> list[sa.Column[object]]:
    return [
        sa.Column("id", _id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", _time, nullable=False),
        sa.Column("updated_at", _time, nullable=False),
    ]


def _projects() -> None:
    op.create_table(
        "project",
        *_record(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("contact_id", _id, nullable=True),
        sa.CheckConstraint("status IN ('open', 'paused', 'done')", name=op.f("ck_project_status")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_project_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_project_contact_id"), "project", ["contact_id"])
    op.create_table(
        "project_member",
        sa.Column("id", _id, nullable=False),
        sa.Column("project_id", _id, nullable=False),
        sa.Column("agent_id", _id, nullable=False),
        sa.Column("joined_at", _time, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_member_project_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_project_member_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_member")),
        sa.UniqueConstraint("project_id", "agent_id", name=op.f("uq_project_member_project_id_agent_id")),
    )
    op.create_index(op.f("ix_project_member_agent_id"), "project_member", ["agent_id"])


def _parts_of_tasks() -> None:
    op.create_table(
        "task_item",
        sa.Column("id", _id, nullable=False),
        sa.Column("task_id", _id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("checked_at", _time, nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_item_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_item")),
    )
    op.create_index("ix_task_item_task_id", "task_item", ["task_id", "position"])
    op.create_table(
        "task_block",
        sa.Column("id", _id, nullable=False),
        sa.Column("task_id", _id, nullable=False),
        sa.Column("blocker_id", _id, nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_block_task_id")),
        sa.ForeignKeyConstraint(["blocker_id"], ["task.id"], name=op.f("fk_task_block_blocker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_block")),
        sa.UniqueConstraint("task_id", "blocker_id", name=op.f("uq_task_block_task_id_blocker_id")),
    )
    op.create_index(op.f("ix_task_block_blocker_id"), "task_block", ["blocker_id"])


def _hours() -> None:
    op.create_table(
        "hours",
        *_record(),
        sa.Column("agent_id", _id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_id", _id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("approved_by_id", _id, nullable=True),
        sa.Column("approved_at", _time, nullable=True),
        sa.CheckConstraint("kind IN ('task', 'ticket', 'project', 'call')", name=op.f("ck_hours_kind")),
        sa.CheckConstraint("state IN ('draft', 'logged', 'approved')", name=op.f("ck_hours_state")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_hours_minutes")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_hours_agent_id")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["agent.id"], name=op.f("fk_hours_approved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_hours_agent_id", "hours", ["agent_id", "day"])
    op.create_index("ix_hours_record", "hours", ["kind", "record_id"])
    op.create_index("ix_hours_day", "hours", ["day", "id"])
    op.create_table(
        "stopwatch",
        sa.Column("agent_id", _id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_id", _id, nullable=False),
        sa.Column("started_at", _time, nullable=False),
        sa.CheckConstraint("kind IN ('task', 'ticket', 'project', 'call')", name=op.f("ck_stopwatch_kind")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_stopwatch_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_stopwatch")),
    )


def _people() -> None:
    op.create_table(
        "absence",
        *_record(),
        sa.Column("agent_id", _id, nullable=False),
        sa.Column("substitute_id", _id, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.CheckConstraint("reason IN ('sick', 'holiday', 'away')", name=op.f("ck_absence_reason")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_absence_agent_id")),
        sa.ForeignKeyConstraint(["substitute_id"], ["agent.id"], name=op.f("fk_absence_substitute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_absence_agent_id", "absence", ["agent_id", "last_day"])
    op.create_table(
        "calendar_feed",
        sa.Column("agent_id", _id, autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", _time, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_calendar_feed_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
