"""Tasks: add, list, finish."""

from __future__ import annotations

from crm_core.projects import tasks
from crm_core.projects.tasks import Task
from intents.cards.projects import task_card
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import DueArg, TaskArg, TitleArg

_MOST_LISTED = 15


@command(
    "task.add",
    {
        "en": [
            "add task {title} due {due}",
            "(add|new|create) [a] [new] task [to|:] {title} [,|due] {due}",
            "(remind me|remind me to|remind me about) {title} {due}",
            "(remind me|remind me to|remind me about) {title}",
            "remind me {due} (to|about) {title}",
            "(add|new|create) [a] [new] task [to|:] {title}",
            "(add|new|create) [a] [new] task",
        ],
        "de": [
            "neue Aufgabe {title} bis {due}",
            "(neue aufgabe|aufgabe anlegen|aufgabe) [:] {title} [,|fällig] {due}",
            "(erinnere mich|erinner mich|erinnern sie mich) an {title} {due}",
            "(erinnere mich|erinner mich|erinnern sie mich) {due} an {title}",
            "(erinnere mich|erinner mich|erinnern sie mich) an {title}",
            "(neue aufgabe|aufgabe anlegen) [:] {title}",
            "[eine] (neue aufgabe|aufgabe) [anlegen]",
        ],
    },
    changes=True,
)
async def add(context: Context, title: TitleArg, due: DueArg | None = None) -> Reply:
    task = await tasks.add_task(context.session, context.actor, title=title, due_at=due, now=context.now)
    return await _about(context, "task.added", task)


@command(
    "task.list",
    {
        "en": [
            "tasks",
            "my tasks",
            "(list|show) [me] [my|all] [the] [open] tasks",
            "what do i have to do [today]",
            "(todo|to do|my day)",
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
    return await _about(context, "task.finished", await tasks.finish(context.session, context.actor, task, context.now))


async def _about(context: Context, id: str, task: Task) -> Reply:
    return context.reply(id, *await task_card(context, task), shown=[task.ref], ref=task.ref, title=task.title)
