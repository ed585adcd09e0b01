"""Talking to Offhook from a terminal: a conversation, one question, or a phone call."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from rich.console import Console

from bot import terminal
from crm_core.errors import CrmError
from crm_core.message import say
from intents import catalogue
from intents.reply import Choice, Reply, Tone
from webhooks import phone
from webhooks.complaints import Complaint
from webhooks.demo import running
from webhooks.demo.running import Running
from webhooks.listening import Listening, listening
from webhooks.runtime import Runtime
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings

LEAVE = {"exit", "quit", "bye", "ende", "tschüss"}


async def ask(settings: Settings, text: str, name: str | None, *, as_json: bool) -> None:
    """Raises CrmError for an agent who is unknown."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with listening(runtime) as ear:
            meant = await ear.listen(text)
        reply = await terminal.ask(runtime.database, name, text, runtime.clock(), meant)
    if as_json:
        sys.stdout.write(terminal.as_json(reply) + "\n")
    else:
        terminal.show(Console(soft_wrap=True), reply)


async def chat(settings: Settings, name: str | None) -> None:
    """Until exit, Ctrl-D or Ctrl-C."""
    console = Console()
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        async with runtime.database.transaction() as session:
            actor = await terminal.speaker(session, name)
        zone = runtime.company.zone
        console.print(catalogue.render(say("terminal.welcome", name=actor.name), actor.language, zone), style="dim")
        with suppress(EOFError, KeyboardInterrupt, asyncio.CancelledError):
            async with listening(runtime) as ear:
                await _converse(console, runtime, name, ear)
        console.print(catalogue.render(say("terminal.goodbye"), actor.language, zone), style="dim")


async def _converse(console: Console, runtime: Runtime, name: str | None, ear: Listening) -> None:
    choices: list[Choice] = []
    while True:
        text = (await asyncio.to_thread(console.input, "[bold cyan]›[/] ")).strip()
        if text.casefold() in LEAVE:
            return
        if text:
            choices = terminal.show(console, await _reply(runtime, name, text, choices, ear))


async def _reply(runtime: Runtime, name: str | None, text: str, choices: list[Choice], ear: Listening) -> Reply:
    """A number stands for the choice that was shown under it."""
    now = runtime.clock()
    try:
        numbered = {str(number): choice for number, choice in enumerate(choices, start=1)}
        if text in numbered:
            return await terminal.press(runtime.database, name, numbered[text], now)
        meant = await ear.listen(text)
        return await terminal.ask(runtime.database, name, text, now, meant)
    except CrmError as error:
        text = catalogue.render(error.message, runtime.company.language, runtime.company.zone)
        return Reply(text, tone=Tone.REFUSED)


async def call(settings: Settings, caller: str) -> None:
    """Through the stand-in of the running demo. Raises Complaint when none runs."""
    found, line, country = await _line_of_demo(settings)
    await phone.place(Console(), found.simulator_url, found.simulator_key, caller, line, country)


async def text(settings: Settings, sender: str, body: str) -> None:
    """Likewise; what that phone was texted is printed."""
    found, line, country = await _line_of_demo(settings)
    await phone.text(Console(), found.simulator_url, found.simulator_key, sender, line, country, body)


async def _line_of_demo(settings: Settings) -> tuple[Running, str, str]:
    """With the number of the line and the country in which numbers are read."""
    found = running.find()
    if found is None:
        raise Complaint("No demo runs in this folder: start one with `make run`, then call from a second terminal.")
    async with open_runtime(settings) as runtime:
        return found, runtime.company.phone.number, runtime.company.country
