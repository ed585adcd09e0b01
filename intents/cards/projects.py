"""The cards of projects, tasks and hours."""

from __future__ import annotations

from sqlalchemy import select

from crm_core import references
from crm_core.agents import Agent
from crm_core.message import Message, say
from crm_core.projects import checklists, dependencies, hours, projects, recurrence
from crm_core.projects.hours import Hours, HoursState
from crm_core.projects.projects import Project, ProjectStatus
from crm_core.projects.tasks import Task
from intents.cards.layout import Pair, contact_name, fields, files_line, record_button, row
from intents.registry import Context
from intents.reply import Part


async def task_card(context: Context, task: Task) -> list[Part]:
    """The checklist is the body; Done is left out while it waits for others."""
    session = context.session
    status = say("task.finished-at", when=task.finished_at) if task.finished_at else say(f"task.status-{task.status}")
    waits_for = [blocker.ref for blocker in await dependencies.blockers(session, task.id)]
    pairs: list[Pair] = [
        ("card.status", status),
        ("card.due", task.due_at),
        ("card.assignee", await _name(context, task.assignee_id)),
        ("card.project", references.ref("project", task.project_id) if task.project_id is not None else None),
        ("card.waits-for", ", ".join(waits_for) or None),
        ("card.repeats", repeated(task.repeats) if task.repeats is not None else None),
    ]
    if not context.ask.is_public and task.contact_id is not None:
        pairs.append(("card.contact", await contact_name(context, task.contact_id)))
    if not context.ask.is_public:
        pairs.append(await files_line(context, task))
    items = await checklists.items_of(session, task.id)
    body = "\n".join(f"{'☑' if item.checked_at else '☐'} {item.position} {item.text}" for item in items)
    choices = []
    if task.finished_at is None and not waits_for:
        choices.append(record_button(context, "button.done", f"done {task.ref}", task, is_primary=True))
    return [fields(context, f"{task.ref} · {task.title}", pairs, body), *row(choices)]


async def project_card(context: Context, project: Project) -> list[Part]:
    session = context.session
    progress = await projects.progress_of(session, project.id)
    team = ", ".join(agent.name for agent in await projects.members(session, project.id))
    worked = await hours.total(session, "project", project.id)
    pairs: list[Pair] = [
        ("card.status", say(f"project.status-{project.status}")),
        ("card.tasks", say("project.progress", done=progress.done, tasks=progress.tasks)),
        ("card.team", team or None),
        ("card.hours", length(worked) if worked else None),
    ]
    if not context.ask.is_public and project.contact_id is not None:
        pairs.append(("card.contact", await contact_name(context, project.contact_id)))
    choices = []
    if project.status == ProjectStatus.OPEN and 0 < progress.tasks == progress.done:
        choices.append(record_button(context, "button.done", f"close project {project.ref}", project, is_primary=True))
    title = f"{project.ref} · {project_name(context, project)}"
    return [fields(context, title, pairs), *row(choices)]


def hours_card(context: Context, entry: Hours) -> list[Part]:
    pairs: list[Pair] = [
        ("card.when", entry.day),
        ("card.duration", length(entry.minutes)),
        ("card.status", say(f"hours.state-{entry.state}")),
        ("card.billable", say("hours.billable" if entry.billable else "hours.not-billable")),
    ]
    choices = []
    if entry.state == HoursState.DRAFT:
        choices = [
            record_button(context, "button.keep", f"keep {entry.ref}", entry, is_primary=True),
            record_button(context, "button.drop", f"drop {entry.ref}", entry),
        ]
    note = "" if context.ask.is_public else entry.note
    return [fields(context, f"{entry.ref} · {entry.on}", pairs, note), *row(choices)]


def project_name(context: Context, project: Project) -> str:
    """A customer's project is often called after them."""
    is_customers = project.contact_id is not None
    return context.say("project.of-customer") if context.ask.is_public and is_customers else project.name


def length(minutes: int) -> str:
    """1:05 h."""
    return f"{minutes // 60}:{minutes % 60:02} h"


def repeated(rule: str) -> Message:
    found = recurrence.read_rule(rule)
    if found.on_weekdays:
        return say("task.repeats-weekdays")
    if found.every == 1:
        return say(f"task.repeats-{found.frequency.lower()}")
    return say(f"task.repeats-every-{found.frequency.lower()}", count=found.every)


async def _name(context: Context, agent_id: int | None) -> str | None:
    if agent_id is None:
        return None
    return await context.session.scalar(select(Agent.name).where(Agent.id == agent_id))
