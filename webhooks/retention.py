"""`offhook retention`: what the next night would take; or at once."""

from __future__ import annotations

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from crm_core import agents
from crm_core.privacy import retention
from crm_core.privacy.retention import Due, Position
from webhooks.complaints import Complaint
from webhooks.runtime import Runtime
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings

NO_RULES = "offhook.yml has no retention rules: everything is kept."


async def show(settings: Settings) -> str:
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        due = await _preview(runtime)
    if not due:
        return NO_RULES
    if not any(found.count or found.held for found in due):
        return f"Nothing is due. Rules: {', '.join(found.kind for found in due)}."
    lines = [_line(found) for found in due]
    return "\n".join(["The next night would take:", *lines, "At once: offhook retention --now --yes"])


async def carry_out(settings: Settings, *, confirmed: bool) -> str:
    """Raises Complaint without a confirmation: it cannot be undone."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        due = await _preview(runtime)
        if not due:
            return NO_RULES
        total = sum(found.count for found in due)
        if not confirmed:
            raise Complaint(f"This removes {total:,} records for good. Say it again with --yes.")
        removed = await _run(runtime, total)
    return "Removed: " + (", ".join(f"{kind} {count:,}" for kind, count in removed.items()) or "nothing") + "."


async def _preview(runtime: Runtime) -> list[Due]:
    async with runtime.database.reading() as session:
        return await retention.preview(session, agents.SYSTEM, runtime.clock())


async def _run(runtime: Runtime, total: int) -> dict[str, int]:
    """In the same small batches as at night, so that a running server goes on working."""
    removed: dict[str, int] = {}
    async with runtime.database.transaction() as session:
        run_id = (await retention.begin(session, agents.SYSTEM, runtime.clock())).id
    position: Position | None = Position()
    with Progress(TextColumn("{task.description:26}"), BarColumn(), MofNCompleteColumn(), transient=True) as progress:
        task = progress.add_task("", total=total)
        while position is not None:
            async with runtime.database.transaction() as session:
                done = await retention.step(session, agents.SYSTEM, run_id, position, runtime.clock())
            if done.removed:
                removed[done.kind] = removed.get(done.kind, 0) + done.removed
            progress.update(task, description=done.kind, advance=done.removed)
            position = done.next
    return removed


def _line(due: Due) -> str:
    since = f", the oldest of {due.oldest:%Y-%m-%d}" if due.oldest is not None else ""
    held = f"; {due.held:,} more are under legal hold and stay" if due.held else ""
    named = [example for example in due.examples if "-" in example]
    examples = f" ({', '.join(named)} …)" if named else ""
    return f"{due.count:8,}  {due.kind}{since}{examples}{held}"
