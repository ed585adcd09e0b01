"""`offhook top`: the floor in a terminal, looked at anew every second."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from bot import floor as drawing
from bot import terminal
from crm_core.agents import SYSTEM
from crm_core.callcenter import floor
from intents.ask import Ask
from intents.registry import Context
from webhooks.complaints import Complaint
from webhooks.runtime import Runtime
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings

EVERY_SECONDS = 1.0


async def top(settings: Settings, name: str | None, language: str | None, *, once: bool) -> None:
    """Until Ctrl-C, or once. Raises Complaint for a language that the company does not speak, NotFound for `name`."""
    console = Console()
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        spoken = language or runtime.company.language
        if spoken not in runtime.company.languages:
            known = ", ".join(runtime.company.languages)
            raise Complaint(f"{spoken} is not among the languages of offhook.yml: {known}.")
        view = await _view(runtime, name, spoken)
        if once:
            console.print(view)
            return
        with suppress(KeyboardInterrupt, asyncio.CancelledError), Live(view, console=console, screen=True) as live:
            while True:
                await asyncio.sleep(EVERY_SECONDS)
                view = await _look_again(runtime, name, spoken, view)
                live.update(view, refresh=True)


async def _look_again(runtime: Runtime, name: str | None, language: str, last: RenderableType) -> RenderableType:
    """A database that does not answer is said; what was seen last stays."""
    try:
        return await _view(runtime, name, language)
    except (SQLAlchemyError, OSError) as error:
        said = Text(f"The database does not answer ({type(error).__name__}).", style="bold red")
        seen = last.renderables[0] if isinstance(last, Group) and isinstance(last.renderables[-1], Text) else last
        return Group(seen, said)


async def _view(runtime: Runtime, name: str | None, language: str) -> RenderableType:
    """Beside the writer: whoever looks holds nobody up."""
    async with runtime.database.reading() as session:
        actor = await terminal.speaker(session, name) if name is not None else SYSTEM
        ask = Ask(channel="terminal", conversation="terminal:top", account="")
        context = Context(session, actor, ask, language, [], runtime.clock())
        return await drawing.drawn(context, await floor.look(session, actor, context.now))
