"""The card of a task."""

from __future__ import annotations

from crm_core.message import say
from crm_core.projects.tasks import Task
from intents.cards.layout import Pair, contact_name, fields, files_line, record_button, row
from intents.registry import Context
from intents.reply import Part


async def task_card(context: Context, task: Task) -> list[Part]:
    done = say("task.finished-at", when=task.finished_at) if task.finished_at else say("task.open")
    pairs: list[Pair] = [("card.status", done), ("card.due", task.due_at)]
    if not context.ask.is_public and task.contact_id is not None:
        pairs.append(("card.contact", await contact_name(context, task.contact_id)))
    if not context.ask.is_public:
        pairs.append(await files_line(context, task))
    choices = (
        [] if task.finished_at else [record_button(context, "button.done", f"done {task.ref}", task, is_primary=True)]
    )
    return [fields(context, f"{task.ref} · {task.title}", pairs), *row(choices)]
