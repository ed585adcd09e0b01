"""What `offhook nlu review` does: sentences that were not understood get a label, and the next training learns them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.prompt import Prompt
from rich.table import Table

from crm_core import agents, misunderstood
from crm_core.company import Company
from crm_core.misunderstood import Misunderstood
from intents.extensions import reviewed
from intents.registry import commands
from intents.understand.anonymity import teachable
from intents.understand.examples import OUT_OF_SCOPE
from intents.understand.suggest import suggest
from webhooks.complaints import Complaint
from webhooks.runtime import Runtime
from webhooks.serve import open_runtime, require_migrated
from webhooks.settings import Settings

_CHOICES = 5
_HELP = "a number or a command's name; o: out of scope, i: ignore, s: skip, q: quit"


async def show(settings: Settings, limit: int, *, as_json: bool) -> None:
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        found = await _open(runtime, limit)
    if as_json:
        sys.stdout.write(json.dumps([_figures(one) for one in found], ensure_ascii=False) + "\n")
        return
    table = Table("id", "times", "language", "said", "nearest", box=SIMPLE)
    for one in found:
        table.add_row(str(one.id), str(one.times), one.language, one.text, ", ".join(_nearest(one)[:2]))
    console = Console(highlight=False, soft_wrap=True)
    console.print(table if found else "Nothing waits to be reviewed.", markup=False)


async def label(settings: Settings, id: int, intent: str, text: str | None) -> str:
    """Raises Complaint for an intent that there is not, NotFound for a sentence."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        file = await _label(runtime, id, intent, text)
    return f"It is learnt as {intent} with the next `offhook nlu train`: {file}"


async def ignore(settings: Settings, id: int) -> str:
    """Raises NotFound."""
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        await _ignore(runtime, id)
    return "It is not shown again."


async def go_through(settings: Settings, limit: int) -> None:
    """One after the other, at a terminal, until there are none or somebody has had enough."""
    console = Console(highlight=False, soft_wrap=True)
    async with open_runtime(settings) as runtime:
        await require_migrated(runtime)
        _folder(runtime.company)
        found = await _open(runtime, limit)
        done = 0
        for number, one in enumerate(found, 1):
            console.print(
                f"\n[bold]{number} of {len(found)}[/], {one.times} times, {one.language}, last {one.last_at:%Y-%m-%d}"
            )
            console.print(f"  {one.text}", style="cyan", markup=False)
            answer = await _answer(console, runtime, one)
            if answer is None:
                break
            done += answer
    console.print(f"{done} labelled. `offhook nlu train` learns them." if done else "Nothing was labelled.")


async def _answer(console: Console, runtime: Runtime, one: Misunderstood) -> int | None:
    """How many were labelled by it; None to leave."""
    nearest = _nearest(one)
    for number, intent in enumerate(nearest, 1):
        console.print(f"  {number}  {intent}", markup=False)
    while True:
        said = Prompt.ask(f"  {_HELP}", console=console, default="s").strip()
        match said:
            case "q":
                return None
            case "s":
                return 0
            case "i":
                await _ignore(runtime, one.id)
                return 0
        intent = OUT_OF_SCOPE if said == "o" else said
        if said.isdigit():
            intent = nearest[int(said) - 1] if 0 < int(said) <= len(nearest) else said
        if intent in _intents():
            text = Prompt.ask("  as it is to be learnt", console=console, default=teachable(one.text))
            await _label(runtime, one.id, intent, text)
            return 1
        console.print(f"  There is no command {said}.", style="red", markup=False)


async def _open(runtime: Runtime, limit: int) -> Sequence[Misunderstood]:
    async with runtime.database.transaction() as session:
        return await misunderstood.to_review(session, agents.SYSTEM, limit)


async def _label(runtime: Runtime, id: int, intent: str, text: str | None) -> Path:
    if intent not in _intents():
        raise Complaint(f"There is no command {intent}. What asks for nothing we do is {OUT_OF_SCOPE}.")
    folder = _folder(runtime.company)
    async with runtime.database.transaction() as session:
        said = text.strip() if text is not None and text.strip() else None
        one = await misunderstood.label(session, agents.SYSTEM, id, intent, said, runtime.clock())
        everything = await misunderstood.labelled(session, agents.SYSTEM)
    # Whatever was labelled before is written again: a folder that was lost is whole after the next one.
    return reviewed.write(folder, everything)[one.language]


async def _ignore(runtime: Runtime, id: int) -> None:
    async with runtime.database.transaction() as session:
        await misunderstood.ignore(session, agents.SYSTEM, id, runtime.clock())


def _intents() -> set[str]:
    return {*commands(), OUT_OF_SCOPE}


def _nearest(one: Misunderstood) -> list[str]:
    """What was guessed then; else what the examples next to it mean."""
    guessed = [str(intent) for intent, _chance in one.guesses]
    near = [command.name for command, _words in suggest(one.text, one.language, _CHOICES)]
    return list(dict.fromkeys([*guessed, *near]))[:_CHOICES]


def _folder(company: Company) -> Path:
    wanted = company.extensions
    if wanted.training is not None:
        return wanted.training
    if wanted.commands is not None:
        return wanted.commands / "training"
    raise Complaint("offhook.yml names no folder for what is learnt: `extensions: {training: my_training}`.")


def _figures(one: Misunderstood) -> dict[str, Any]:
    return {
        "id": one.id,
        "language": one.language,
        "text": one.text,
        "times": one.times,
        "why": one.why,
        "guesses": one.guesses,
        "done": one.done,
        "first_at": one.first_at.isoformat(),
        "last_at": one.last_at.isoformat(),
    }
