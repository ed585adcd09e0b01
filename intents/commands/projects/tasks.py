"""Tasks: add, be reminded, list, begin, give, put off, finish."""

from __future__ import annotations

from dataclasses import replace

from crm_core import agents
from crm_core.message import Param
from crm_core.projects import dependencies, finishing, projects, tasks
from crm_core.projects.tasks import Task
from intents.cards.projects import task_card
from intents.colleagues import colleague
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import AgentArg, DueArg, GivenTaskArg, ProjectArg, TaskArg, TitleArg

_MOST_LISTED = 15


@command(
    "task.add",
    {
        "en": [
            "add task {title} due {due}",
            "(add|new|create) [a] [new] task [to|:] {title} [,|due] {due}",
            "(add|new|create) [a] [new] task (in|for|to) {project} : {title} [,|due] {due}",
            "(add|new|create) [a] [new] task (in|for|to) {project} : {title}",
            "(remind me|remind me to|remind me about) {title}",
            "(add|new|create) [a] [new] task [to|:] {title}",
            "(add|new|create) [a] [new] task",
        ],
        "de": [
            "neue Aufgabe {title} bis {due}",
            "(neue aufgabe|aufgabe anlegen|aufgabe) [:] {title} [,|fällig] {due}",
            "(neue aufgabe|aufgabe anlegen) (in|für|zu) {project} : {title} (bis|,|fällig) {due}",
            "(neue aufgabe|aufgabe anlegen) (in|für|zu) {project} : {title}",
            "(erinnere mich|erinner mich|erinnern sie mich) an {title}",
            "(neue aufgabe|aufgabe anlegen) [:] {title}",
            "[eine] (neue aufgabe|aufgabe) [anlegen]",
        ],
    },
    changes=True,
)
async def add(context: Context, title: TitleArg, due: DueArg | None = None, project: ProjectArg | None = None) -> Reply:
    if project is not None:
        await projects.read_project(context.session, context.actor, project)
    task = await tasks.add_task(
        context.session, context.actor, title=title, due_at=due, project_id=project, now=context.now
    )
    return await about_task(context, "task.added", task)


@command(
    "task.remind-me",
    {
        "en": [
            "remind me about {title} {due}",
            "(remind me|remind me to) {title} {due}",
            "remind me {due} (to|about) {title}",
        ],
        "de": [
            "erinnere mich {due} an {title}",
            "(erinner mich|erinnern sie mich) {due} an {title}",
            "(erinnere mich|erinner mich|erinnern sie mich) an {title} {due}",
        ],
    },
    changes=True,
)
async def remind_me(context: Context, title: TitleArg, due: DueArg) -> Reply:
    """Told at that time, not before it."""
    task = await tasks.add_task(
        context.session, context.actor, title=title, due_at=due, remind_minutes=0, now=context.now
    )
    return await about_task(context, "task.added", task)


@command(
    "task.list",
    {
        "en": [
            "tasks",
            "my tasks",
            "(list|show) [me] [my|all] [the] [open] tasks",
            "what do i have to do [today]",
            "(todo|to do)",
        ],
        "de": [
            "Aufgaben",
            "meine aufgaben",
            "(zeige|zeig|zeigen sie|liste) [mir] [meine|alle] [offenen] aufgaben",
            "was (muss ich tun|muss ich heute tun|steht an|steht heute an|habe ich zu tun)",
        ],
    },
)
async def list_tasks(context: Context) -> Reply:
    found = list(await tasks.list_tasks(context.session, context.actor, limit=_MOST_LISTED + 1))
    if not found:
        return context.reply("task.list-none")
    id = "task.list-more" if len(found) > _MOST_LISTED else "task.list"
    found = found[:_MOST_LISTED]
    columns = [context.say(label) for label in ("card.task", "card.title", "card.due")]
    rows = [[task.ref, task.title, context.shown_as(task.due_at)] for task in found]
    listed = "; ".join(f"{task.ref} {task.title}" for task in found)
    choices = Choices(
        [Choice(f"✓ {task.ref}", f"done {task.ref}", record=task.ref, version=task.version) for task in found[:5]]
    )
    return context.reply(
        id, Table(columns, rows), choices, shown=[task.ref for task in found], count=len(found), listed=listed
    )


@command(
    "task.finish",
    {
        "en": [
            "done {task}",
            "(finish|complete|done|done with) [task] {task}",
            "{task} [is] (done|finished)",
            "mark {task} [as] (done|finished)",
            "(finish|complete) [a] task",
        ],
        "de": [
            "{task} fertig",
            "fertig {task}",
            "(erledige|beende|erledigen sie|beenden sie) [die] {task}",
            "{task} [ist] (erledigt|fertig|erledigen|abhaken)",
            "[eine] aufgabe (erledigen|abhaken)",
        ],
    },
    changes=True,
)
async def finish(context: Context, task: TaskArg) -> Reply:
    done = await finishing.finish(context.session, context.actor, task, context.now)
    reply = await about_task(context, "task.finished", done)
    came_of_it = []
    follower = await finishing.follow_up(context.session, done.id)
    if follower is not None:
        came_of_it.append(context.say("task.comes-again", ref=follower.ref, when=follower.due_at))
    freed = [free.ref for free in await dependencies.freed_by(context.session, done.id)]
    if freed:
        came_of_it.append(context.say("task.freed", refs=", ".join(freed)))
    return replace(reply, text="\n".join([reply.text, *came_of_it])) if came_of_it else reply


@command(
    "task.begin",
    {
        "en": ["doing {task}", "(i'm on|i am on|working on|i'm working on|i am working on|begin) {task}"],
        "de": ["{task} begonnen", "(ich arbeite an|ich bin an|beginne) {task}", "{task} in arbeit"],
    },
    changes=True,
)
async def begin(context: Context, task: GivenTaskArg) -> Reply:
    return await about_task(context, "task.begun", await tasks.begin(context.session, context.actor, task, context.now))


@command(
    "task.give",
    {
        "en": ["give {task} to {agent}", "(assign|give|hand|pass) {task} (to|over to) {agent}", "{task} to {agent}"],
        "de": [
            "{task} an {agent}",
            "(gib|geben sie|übergib|weise|weisen sie) {task} an {agent} [zu]",
            "(gib|geben sie) {agent} {task}",
        ],
    },
    changes=True,
)
async def give(context: Context, task: GivenTaskArg, agent: AgentArg) -> Reply:
    wanted = await colleague(context, agent)
    given = await tasks.give(context.session, context.actor, task, wanted, context.now)
    if given.assignee_id != wanted.id:
        receiver = await agents.name_of(context.session, given.assignee_id)
        return await about_task(context, "task.given-instead", given, name=receiver, absent=wanted.name)
    return await about_task(context, "task.given", given, name=wanted.name)


@command(
    "task.put-off",
    {
        "en": ["{task} due {due}", "(move|put off|postpone|put) {task} (to|until) {due}", "{task} is due {due}"],
        "de": [
            "{task} bis {due}",
            "(verschiebe|verschieben sie) {task} (auf|bis) {due}",
            "{task} (ist fällig|fällig) {due}",
        ],
    },
    changes=True,
)
async def put_off(context: Context, task: GivenTaskArg, due: DueArg) -> Reply:
    moved = await tasks.put_off(context.session, context.actor, task, due, context.now)
    return await about_task(context, "task.due-set", moved, when=moved.due_at)


async def about_task(context: Context, id: str, task: Task, **more: Param) -> Reply:
    return context.reply(id, *await task_card(context, task), shown=[task.ref], ref=task.ref, title=task.title, **more)
