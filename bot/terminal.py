"""The terminal: the same conversation, drawn with rich."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from datetime import datetime
from typing import assert_never

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table as Grid
from rich.text import Text
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import agents, conversation
from crm_core.agents import Actor, Agent, actor_of
from crm_core.conversation import Offered
from crm_core.db import Database
from crm_core.errors import Invalid
from intents.ask import Ask
from intents.reply import Choice, Choices, Fields, Form, Reply, Table, Tone
from intents.router import answer
from intents.understand.meant import Meant

# What a customer wrote must not steer the terminal of the one who reads it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_COLOURS = {Tone.OK: "default", Tone.REFUSED: "yellow", Tone.ERROR: "red"}


async def speaker(session: AsyncSession, name: str | None) -> Actor:
    """The named agent, or the only admin. Raises NotFound or Invalid."""
    if name is not None:
        return actor_of(await agents.find_agent(session, name), "terminal")
    admins = list(await session.scalars(select(Agent).where(Agent.role == "admin", Agent.left_at.is_(None)).limit(2)))
    if len(admins) != 1:
        raise Invalid("terminal.who")
    return actor_of(admins[0], "terminal")


async def ask(database: Database, name: str | None, text: str, now: datetime, meant: Meant | None = None) -> Reply:
    """One question on the database itself; a server may run beside it."""
    async with database.transaction() as session:
        actor = await speaker(session, name)
        return await answer(session, actor, replace(_ask(actor, text), meant=meant), now)


async def press(database: Database, name: str | None, choice: Choice, now: datetime) -> Reply:
    """A numbered choice: through a token like any button, so that a stale one is noticed here as well."""
    async with database.transaction() as session:
        actor = await speaker(session, name)
        said = _ask(actor, "")
        offered = [Offered(choice.say, choice.record, choice.version, choice.question)]
        [token] = await conversation.offer(session, offered, said.conversation, now)
        return await answer(session, actor, _ask(actor, "", token), now)


def show(console: Console, reply: Reply) -> list[Choice]:
    """Prints the reply; the choices are numbered in the order in which they are returned."""
    choices: list[Choice] = []
    if reply.above:
        console.print(plain(reply.above, _COLOURS[reply.tone]))
    for part in reply.parts:
        if not isinstance(part, Form):
            console.print(_drawn(part, choices))
    return choices


def plain(text: str, style: str = "") -> Text:
    """As it was written: no markup, and without the control characters that would move the reader's cursor."""
    return Text(_CONTROL.sub("", text), style=style)


def as_json(reply: Reply) -> str:
    parts = [{"kind": type(part).__name__.lower(), **asdict(part)} for part in reply.parts]
    document = {
        "text": reply.text,
        "tone": reply.tone,
        "language": reply.language,
        "shown": reply.shown,
        "parts": parts,
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _ask(actor: Actor, text: str, token: str | None = None) -> Ask:
    return Ask("terminal", f"terminal:{actor.agent_id}", str(actor.agent_id), text, token)


def _drawn(part: Fields | Table | Choices, choices: list[Choice]) -> RenderableType:
    match part:
        case Fields():
            return _panel(part)
        case Table():
            return _grid(part)
        case Choices():
            first = len(choices) + 1
            choices += part.choices
            numbered = [f"{first + index} {choice.label}" for index, choice in enumerate(part.choices)]
            return plain("  ".join(numbered), "cyan")
        case _:
            assert_never(part)


def _panel(part: Fields) -> RenderableType:
    grid = Grid.grid(padding=(0, 2))
    for label, value in part.pairs:
        grid.add_row(plain(label, "dim"), plain(value))
    body = [plain(part.body)] if part.body else []
    return Panel(Group(grid, *body), title=plain(part.title), title_align="left", border_style="dim", expand=False)


def _grid(part: Table) -> RenderableType:
    grid = Grid(border_style="dim", header_style="bold")
    for column in part.columns:
        grid.add_column(plain(column))
    for row in part.rows:
        grid.add_row(*(plain(cell) for cell in row))
    return grid
