from __future__ import annotations

import json
from io import StringIO

import pytest
from rich.console import Console

from bot import terminal
from crm_core.agents import Role
from crm_core.db import Database
from crm_core.errors import Invalid, NotFound
from intents.reply import Choice, Choices, Reply
from tests import people
from tests.people import NOW


@pytest.fixture
async def team(database: Database) -> Database:
    async with database.transaction() as session:
        await people.add_agent(session, "Mira Okafor")
        await people.add_agent(session, "Jonas Weber")
        await people.add_agent(session, "Sam Carter", Role.ADMIN)
    return database


def _shown(reply: Reply) -> tuple[str, list[Choice]]:
    written = StringIO()
    choices = terminal.show(Console(file=written, width=120), reply)
    return written.getvalue(), choices


def _choices(reply: Reply) -> list[Choice]:
    return [choice for part in reply.parts if isinstance(part, Choices) for choice in part.choices]


async def test_without_a_name_the_only_admin_speaks(team: Database) -> None:
    await terminal.ask(team, None, "open ticket Printer jams", NOW)
    reply = await terminal.ask(team, None, "claim T-1", NOW)
    assert "Sam Carter" in _shown(reply)[0]


async def test_among_several_admins_a_name_is_needed(team: Database) -> None:
    async with team.transaction() as session:
        await people.add_agent(session, "Kim Sato", Role.ADMIN)
    with pytest.raises(Invalid) as caught:
        await terminal.ask(team, None, "tickets", NOW)
    assert caught.value.message.id == "terminal.who"


async def test_somebody_unknown_cannot_speak(team: Database) -> None:
    with pytest.raises(NotFound):
        await terminal.ask(team, "Nobody", "tickets", NOW)


async def test_choices_are_numbered_and_a_number_presses(team: Database) -> None:
    await terminal.ask(team, "Mira", "open ticket Printer jams", NOW)
    written, choices = _shown(await terminal.ask(team, "Mira", "show T-1", NOW))
    assert "1 Claim  2 Resolve" in written
    reply = await terminal.press(team, "Mira", choices[0], NOW)
    assert reply.text == "T-1 is yours: Printer jams"


async def test_a_choice_from_before_is_not_carried_out(team: Database) -> None:
    await terminal.ask(team, "Mira", "open ticket Printer jams", NOW)
    [claim, _resolve] = _choices(await terminal.ask(team, "Mira", "show T-1", NOW))
    await terminal.ask(team, "Jonas", "claim T-1", NOW)
    reply = await terminal.press(team, "Mira", claim, NOW)
    assert "Jonas Weber claimed it" in reply.text
    assert "Jonas Weber" in _shown(await terminal.ask(team, "Mira", "show T-1", NOW))[0]


async def test_what_a_table_shows_is_not_said_twice(team: Database) -> None:
    await terminal.ask(team, "Mira", "open ticket Printer jams", NOW)
    written, _ = _shown(await terminal.ask(team, "Mira", "tickets", NOW))
    assert written.startswith("1 open ticket\n")
    assert written.count("Printer jams") == 1


@pytest.mark.parametrize("text", ["[red]hot[/red]", "[link=file:///etc]x[/link]", "a :smile: b", "[/]"])
async def test_markup_of_the_terminal_is_only_text(team: Database, text: str) -> None:
    await terminal.ask(team, "Mira", f"open ticket {text}", NOW)
    assert text in _shown(await terminal.ask(team, "Mira", "tickets", NOW))[0]
    assert text in _shown(await terminal.ask(team, "Mira", "show T-1", NOW))[0]


async def test_escape_sequences_do_not_reach_the_terminal(team: Database) -> None:
    await terminal.ask(team, "Mira", "open ticket \x1b[2J\x1b]0;owned\x07gone", NOW)
    assert "\x1b]0" not in _shown(await terminal.ask(team, "Mira", "tickets", NOW))[0]
    assert "\x1b[2J" not in _shown(await terminal.ask(team, "Mira", "show T-1", NOW))[0]


async def test_the_json_has_everything_that_is_drawn(team: Database) -> None:
    await terminal.ask(team, "Mira", "open ticket Druckerstörung", NOW)
    document = json.loads(terminal.as_json(await terminal.ask(team, "Mira", "tickets", NOW)))
    assert document["text"] == "1 open ticket: T-1 Druckerstörung"
    assert (document["tone"], document["language"], document["shown"]) == ("ok", "en", ["T-1"])
    assert [part["kind"] for part in document["parts"]] == ["table", "choices"]
