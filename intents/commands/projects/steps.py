"""What a task is made of: its checklist, what it waits for, when it comes again, when one is reminded."""

from __future__ import annotations

from crm_core import references
from crm_core.projects import checklists, dependencies, finishing, tasks
from crm_core.projects.tasks import Task
from intents.commands.projects.tasks import about_task
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import GivenTaskArg, NumberArg, ProjectArg, TextArg
from intents.spans import LeadArg, RepeatArg


@command(
    "task.add-item",
    {
        "en": ["item {task} {item}", "(add|new) item (to|for) {task} [:] {item}"],
        "de": ["Punkt {task} {item}", "(neuer|neuen) punkt (zu|für) {task} [:] {item}"],
    },
    changes=True,
)
async def add_item(context: Context, task: GivenTaskArg, item: TextArg) -> Reply:
    added = await checklists.add_item(context.session, context.actor, task, item, context.now)
    found = await _task(context, task)
    return await about_task(context, "task.item-added", found, number=added.position, item=added.text)


@command(
    "task.check",
    {
        "en": ["check {task} {number}", "(check off|tick|tick off) {task} {number}"],
        "de": ["hake {task} {number} ab", "{task} punkt {number} [abhaken]", "haken sie {task} {number} ab"],
    },
    changes=True,
)
async def check(context: Context, task: GivenTaskArg, number: NumberArg) -> Reply:
    item = await checklists.check(context.session, context.actor, task, number, context.now)
    id = "task.item-checked" if item.checked_at is not None else "task.item-unchecked"
    return await about_task(context, id, await _task(context, task), number=item.position, item=item.text)


@command(
    "task.block",
    {
        "en": ["{task} waits for {blocker}", "{task} (is blocked by|blocked by|depends on|needs) {blocker}"],
        "de": ["{task} wartet auf {blocker}", "{task} (hängt ab von|braucht|ist blockiert durch) {blocker}"],
    },
    changes=True,
)
async def block(context: Context, task: GivenTaskArg, blocker: GivenTaskArg) -> Reply:
    waiting = await dependencies.block(context.session, context.actor, task, blocker, context.now)
    return await about_task(context, "task.blocked", waiting, blocker=references.ref("task", blocker))


@command(
    "task.unblock",
    {
        "en": ["{task} does not wait for {blocker}", "{task} (doesn't wait for|no longer waits for) {blocker}"],
        "de": ["{task} wartet nicht auf {blocker}", "{task} wartet nicht mehr auf {blocker}"],
    },
    changes=True,
)
async def unblock(context: Context, task: GivenTaskArg, blocker: GivenTaskArg) -> Reply:
    free = await dependencies.unblock(context.session, context.actor, task, blocker, context.now)
    return await about_task(context, "task.unblocked", free, blocker=references.ref("task", blocker))


@command(
    "task.repeat",
    {
        "en": ["repeat {task} {rule}", "{task} (repeats|comes) {rule}", "{task} {rule}"],
        "de": ["{task} {rule} wiederholen", "(wiederhole|wiederholen sie) {task} {rule}", "{task} {rule}"],
    },
    changes=True,
)
async def repeat(context: Context, task: GivenTaskArg, rule: RepeatArg) -> Reply:
    repeated = await finishing.repeat(context.session, context.actor, task, rule, context.now)
    return await about_task(context, "task.repeats", repeated)


@command(
    "task.repeat-no-more",
    {
        "en": ["do not repeat {task}", "(don't repeat|stop repeating) {task}", "{task} does not repeat"],
        "de": ["{task} nicht wiederholen", "(wiederhole|wiederholen sie) {task} nicht [mehr]"],
    },
    changes=True,
)
async def repeat_no_more(context: Context, task: GivenTaskArg) -> Reply:
    once = await finishing.repeat(context.session, context.actor, task, None, context.now)
    return await about_task(context, "task.repeats-no-more", once)


@command(
    "task.remind",
    {
        "en": ["remind me {lead} before {task}", "(remind|reminder) {lead} before {task}"],
        "de": ["erinnere mich {lead} vor {task}", "(erinner mich|erinnern sie mich|erinnerung) {lead} vor {task}"],
    },
    changes=True,
)
async def remind(context: Context, lead: LeadArg, task: GivenTaskArg) -> Reply:
    found = await tasks.remind(context.session, context.actor, task, lead, context.now)
    return await about_task(context, "task.reminder-set", found, when=found.reminded_at)


@command(
    "task.set-project",
    {
        "en": ["{task} belongs to {project}", "(put|move|add) {task} (in|into|to) {project}"],
        "de": ["{task} gehört zu {project}", "{task} (in|zu) {project}"],
    },
    changes=True,
)
async def set_project(context: Context, task: GivenTaskArg, project: ProjectArg) -> Reply:
    moved = await tasks.set_project(context.session, context.actor, task, project, context.now)
    return await about_task(context, "task.project-set", moved, project=references.ref("project", project))


async def _task(context: Context, task_id: int) -> Task:
    found = await references.read(context.session, "task", task_id)
    assert isinstance(found, Task)
    return found
