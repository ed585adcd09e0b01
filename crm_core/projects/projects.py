"""Projects: what several tasks and people are about."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, references, rights
from crm_core.agents import Actor, Agent
from crm_core.contacts.contacts import Contact
from crm_core.db import Base, BigId, Record
from crm_core.errors import Invalid, Refused
from crm_core.projects import hours, stopwatch
from crm_core.projects.tasks import Task, TaskStatus

LONGEST_NAME = 200


class ProjectStatus(enum.StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    DONE = "done"


class Project(Record):
    __tablename__ = "project"

    name: Mapped[str]
    status: Mapped[str]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    __table_args__ = (
        CheckConstraint("status IN ('open', 'paused', 'done')", name="status"),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("project", self.id)


class ProjectMember(Base):
    __tablename__ = "project_member"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    joined_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("project_id", "agent_id"),)


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    tasks: int


async def add_project(
    session: AsyncSession, actor: Actor, *, name: str, now: datetime, contact: Contact | None = None
) -> Project:
    """Who adds it is its first member."""
    rights.require(actor, "project.add")
    clean = " ".join(name.split())
    if not clean:
        raise Invalid("project.name-missing")
    project = Project(
        name=clean[:LONGEST_NAME],
        status=ProjectStatus.OPEN,
        contact_id=contact.id if contact is not None else None,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(project)
    await session.flush()
    if actor.agent_id is not None:
        session.add(ProjectMember(project_id=project.id, agent_id=actor.agent_id, joined_at=now))
        await session.flush()
    await activity.created(session, actor, project, "project.added", now)
    return project


async def set_status(
    session: AsyncSession, actor: Actor, project_id: int, status: ProjectStatus, now: datetime
) -> Project:
    """Raises Refused for a project that is to be done while a task of it is not."""
    rights.require(actor, "project.set-status")
    project = await _locked(session, project_id)
    if project.status == status:
        raise Refused(f"project.already-{status}", ref=project.ref)
    if status is ProjectStatus.DONE:
        progress = await progress_of(session, project_id)
        if progress.done < progress.tasks:
            raise Refused("project.has-open-tasks", ref=project.ref, count=progress.tasks - progress.done)
    await activity.change(session, actor, project, "project.status-set", now, status=status)
    return project


async def join(session: AsyncSession, actor: Actor, project_id: int, agent: Agent, now: datetime) -> Project:
    rights.require(actor, "project.set-members")
    project = await _locked(session, project_id)
    if await _membership(session, project_id, agent.id) is not None:
        raise Refused("project.member-already", ref=project.ref, name=agent.name)
    session.add(ProjectMember(project_id=project_id, agent_id=agent.id, joined_at=now))
    await _change(session, actor, project, "project.joined", agent, now)
    return project


async def leave(session: AsyncSession, actor: Actor, project_id: int, agent: Agent, now: datetime) -> Project:
    rights.require(actor, "project.set-members")
    project = await _locked(session, project_id)
    member = await _membership(session, project_id, agent.id)
    if member is None:
        raise Refused("project.no-member", ref=project.ref, name=agent.name)
    await session.delete(member)
    await _change(session, actor, project, "project.left", agent, now)
    return project


async def read_project(session: AsyncSession, actor: Actor, project_id: int) -> Project:
    """Raises NotFound."""
    rights.require(actor, "project.read")
    return cast("Project", await references.read(session, "project", project_id))


async def list_projects(session: AsyncSession, actor: Actor, limit: int = 15) -> Sequence[Project]:
    """Those that are not done, the newest first."""
    rights.require(actor, "project.read")
    query = select(Project).where(Project.status != ProjectStatus.DONE).order_by(Project.id.desc()).limit(limit)
    return (await session.scalars(query)).all()


async def progress_of(session: AsyncSession, project_id: int) -> Progress:
    rows = await session.execute(
        select(Task.status, func.count()).where(Task.project_id == project_id).group_by(Task.status)
    )
    counts = {str(status): int(count) for status, count in rows}
    return Progress(counts.get(TaskStatus.DONE, 0), sum(counts.values()))


async def members(session: AsyncSession, project_id: int) -> Sequence[Agent]:
    found = await session.scalars(
        select(Agent).join(ProjectMember).where(ProjectMember.project_id == project_id).order_by(Agent.name)
    )
    return found.all()


async def pass_on(session: AsyncSession, actor: Actor, agent_id: int, heir_id: int, now: datetime) -> None:
    """Who takes over is a member where who leaves was one."""
    theirs = set(await session.scalars(select(ProjectMember.project_id).where(ProjectMember.agent_id == agent_id)))
    known = set(await session.scalars(select(ProjectMember.project_id).where(ProjectMember.agent_id == heir_id)))
    await session.execute(delete(ProjectMember).where(ProjectMember.agent_id == agent_id))
    for project_id in sorted(theirs - known):
        session.add(ProjectMember(project_id=project_id, agent_id=heir_id, joined_at=now))
    await session.flush()


async def remove_parts(session: AsyncSession, project_id: int) -> None:
    """Tasks were there for their own sake: they stay, without a project."""
    await session.execute(delete(ProjectMember).where(ProjectMember.project_id == project_id))
    await session.execute(update(Task).where(Task.project_id == project_id).values(project_id=None))
    await hours.forget(session, "project", project_id)
    await stopwatch.forget(session, "project", project_id)


async def _change(
    session: AsyncSession, actor: Actor, project: Project, verb: str, agent: Agent, now: datetime
) -> None:
    project.version += 1
    project.updated_at = now
    await session.flush()
    await activity.record(session, actor, verb, "project", project.id, now, {"agent": agent.id})


async def _membership(session: AsyncSession, project_id: int, agent_id: int) -> ProjectMember | None:
    return await session.scalar(
        select(ProjectMember).where(ProjectMember.project_id == project_id, ProjectMember.agent_id == agent_id)
    )


async def _locked(session: AsyncSession, project_id: int) -> Project:
    return cast("Project", await references.lock(session, "project", project_id))
