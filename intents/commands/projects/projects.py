"""Projects: add, list, their tasks and members, close and open again."""

from __future__ import annotations

from crm_core.message import say
from crm_core.projects import projects, tasks
from crm_core.projects.projects import Project, ProjectStatus
from intents.cards.projects import project_card, project_name
from intents.colleagues import colleague
from intents.commands.contacts import the_contact
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import AgentArg, ContactArg, ProjectArg, TitleArg

_MOST_LISTED = 15


@command(
    "project.add",
    {
        "en": [
            "new project {title} for {contact}",
            "(add|create|start) [a] [new] project [:] {title} for {contact}",
            "(add|create|new) [a] [new] project [:] {title}",
        ],
        "de": [
            "neues Projekt {title} für {contact}",
            "(neues projekt|projekt anlegen) [:] {title} für {contact}",
            "(neues projekt|projekt anlegen) [:] {title}",
        ],
    },
    changes=True,
)
async def add(context: Context, title: TitleArg, contact: ContactArg | None = None) -> Reply:
    customer = await the_contact(context, contact) if contact else None
    project = await projects.add_project(context.session, context.actor, name=title, contact=customer, now=context.now)
    return await _about(context, "project.added", project)


@command(
    "project.list",
    {
        "en": ["projects", "(list|show) [me] [all] [the|my] [open] projects"],
        "de": ["Projekte", "(zeige|zeig|zeigen sie|liste) [mir] [alle] [die] [offenen] projekte"],
    },
)
async def list_projects(context: Context) -> Reply:
    found = list(await projects.list_projects(context.session, context.actor, limit=_MOST_LISTED + 1))
    if not found:
        return context.reply("project.list-none")
    id = "project.list-more" if len(found) > _MOST_LISTED else "project.list"
    found = found[:_MOST_LISTED]
    rows = []
    for project in found:
        progress = await projects.progress_of(context.session, project.id)
        done = context.say("project.progress", done=progress.done, tasks=progress.tasks)
        status = context.say(f"project.status-{project.status}")
        rows.append([project.ref, project_name(context, project), status, done])
    columns = [context.say(label) for label in ("card.project", "card.name", "card.status", "card.tasks")]
    listed = "; ".join(f"{row[0]} {row[1]}, {row[3]}" for row in rows)
    shown = [project.ref for project in found]
    return context.reply(id, Table(columns, rows), shown=shown, count=len(found), listed=listed)


@command(
    "project.tasks",
    {
        "en": ["tasks of {project}", "(list|show) [me] [the] tasks (of|in) {project}"],
        "de": ["Aufgaben von {project}", "(zeige|zeig|zeigen sie) [mir] [die] aufgaben (von|in) {project}"],
    },
)
async def list_tasks(context: Context, project: ProjectArg) -> Reply:
    found = await projects.read_project(context.session, context.actor, project)
    left = list(await tasks.tasks_of_project(context.session, project, limit=_MOST_LISTED))
    if not left:
        return context.reply("project.no-tasks", shown=[found.ref], ref=found.ref)
    columns = [context.say(label) for label in ("card.task", "card.title", "card.status", "card.due")]
    rows = [
        [task.ref, task.title, context.say(f"task.status-{task.status}"), context.shown_as(task.due_at)]
        for task in left
    ]
    listed = "; ".join(f"{task.ref} {task.title}" for task in left)
    choices = Choices(
        [Choice(f"✓ {task.ref}", f"done {task.ref}", record=task.ref, version=task.version) for task in left[:5]]
    )
    shown = [found.ref, *(task.ref for task in left)]
    return context.reply(
        "project.tasks", Table(columns, rows), choices, shown=shown, ref=found.ref, count=len(left), listed=listed
    )


@command(
    "project.join",
    {
        "en": ["add {agent} to {project}", "{agent} (joins|works on) {project}"],
        "de": ["{agent} in {project} aufnehmen", "(nimm|nehmen sie) {agent} in {project} auf", "{agent} zu {project}"],
    },
    changes=True,
)
async def join(context: Context, agent: AgentArg, project: ProjectArg) -> Reply:
    chosen = await colleague(context, agent)
    joined = await projects.join(context.session, context.actor, project, chosen, context.now)
    return await _about(context, "project.joined", joined, chosen.name)


@command(
    "project.leave",
    {
        "en": ["remove {agent} from {project}", "{agent} leaves {project}"],
        "de": ["{agent} aus {project} entfernen", "(nimm|nehmen sie) {agent} aus {project} heraus"],
    },
    changes=True,
)
async def leave(context: Context, agent: AgentArg, project: ProjectArg) -> Reply:
    chosen = await colleague(context, agent)
    left = await projects.leave(context.session, context.actor, project, chosen, context.now)
    return await _about(context, "project.left", left, chosen.name)


@command(
    "project.close",
    {
        "en": ["close project {project}", "(close|finish|complete) {project}", "{project} is (done|finished)"],
        "de": ["Projekt {project} abschließen", "{project} (abschließen|ist fertig|ist abgeschlossen)"],
    },
    changes=True,
)
async def close(context: Context, project: ProjectArg) -> Reply:
    return await _set(context, project, ProjectStatus.DONE)


@command(
    "project.pause",
    {
        "en": ["pause project {project}", "pause {project}"],
        "de": ["Projekt {project} pausieren", "{project} pausieren"],
    },
    changes=True,
)
async def pause(context: Context, project: ProjectArg) -> Reply:
    return await _set(context, project, ProjectStatus.PAUSED)


@command(
    "project.reopen",
    {
        "en": ["reopen project {project}", "(reopen|resume|continue) {project}"],
        "de": ["Projekt {project} wieder öffnen", "{project} (wieder öffnen|fortsetzen)"],
    },
    changes=True,
)
async def reopen(context: Context, project: ProjectArg) -> Reply:
    return await _set(context, project, ProjectStatus.OPEN)


async def _set(context: Context, project_id: int, status: ProjectStatus) -> Reply:
    project = await projects.set_status(context.session, context.actor, project_id, status, context.now)
    return context.reply(
        "project.status-set",
        *await project_card(context, project),
        shown=[project.ref],
        ref=project.ref,
        name=project_name(context, project),
        status=say(f"project.status-{status}"),
    )


async def _about(context: Context, id: str, project: Project, agent: str = "") -> Reply:
    parts = await project_card(context, project)
    name = project_name(context, project)
    return context.reply(id, *parts, shown=[project.ref], ref=project.ref, name=name, agent=agent)
