"""The terminal: who speaks, how a reply is drawn, and what a numbered choice does."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from bot import terminal
from crm_core.agents import Role
from crm_core.db import Database
from crm_core.errors import Invalid, NotFound
from intents.reply import Choice, Choices, Fields, Part, Reply, Style, Table, Tone
from tests import people
from tests.people import NOW

MARKUP = "[red]x[/] [/nonsense] [link=https://evil.example]y[/link] :smile:"


async def _hire(database: Database, *names: str, role: Role = Role.ADMIN) -> None:
    async with database.transaction() as session:
        for name in names:
            await people.add_agent(session, name, role)


async def _speaker(database: Database, name: str | None) -> str:
    async with database.transaction() as session:
        return (await terminal.speaker(session, name)).name


def _drawn(reply: Reply, width: int = 100) -> tuple[str, list[Choice]]:
    screen = io.StringIO()
    choices = terminal.show(Console(file=screen, width=width, force_terminal=False), reply)
    return screen.getvalue(), choices


async def test_the_only_admin_speaks_unless_somebody_is_named(database: Database) -> None:
    await _hire(database, "Sam Carter")
    await _hire(database, "Mira Okafor", role=Role.AGENT)
    assert await _speaker(database, None) == "Sam Carter"
    assert await _speaker(database, "Mira") == "Mira Okafor"


@pytest.mark.parametrize("admins", [(), ("Sam Carter", "Lena Brandt")])
async def test_with_no_admin_or_several_it_asks_who_speaks(database: Database, admins: tuple[str, ...]) -> None:
    await _hire(database, *admins)
    await _hire(database, "Mira Okafor", role=Role.AGENT)
    with pytest.raises(Invalid) as refused:
        await _speaker(database, None)
    assert refused.value.message.id == "terminal.who"


async def test_somebody_unknown_is_not_found(database: Database) -> None:
    await _hire(database, "Sam Carter")
    with pytest.raises(NotFound):
        await _speaker(database, "Nobody")


async def test_a_question_is_answered_and_its_choices_are_numbered(database: Database) -> None:
    await _hire(database, "Sam Carter")
    reply = await terminal.ask(database, None, "open ticket the gate squeaks", NOW)
    drawn, choices = _drawn(reply)
    assert "T-1 is open: the gate squeaks" in drawn
    assert "1 Claim  2 Resolve" in drawn
    assert [choice.say for choice in choices] == ["claim T-1", "resolve T-1"]


async def test_a_pressed_choice_is_done(database: Database) -> None:
    await _hire(database, "Sam Carter")
    _drawing, choices = _drawn(await terminal.ask(database, None, "open ticket the gate squeaks", NOW))
    reply = await terminal.press(database, None, choices[0], NOW)
    assert (reply.tone, reply.text) == (Tone.OK, "T-1 is yours: the gate squeaks")


async def test_a_stale_choice_does_nothing_and_says_what_has_changed(database: Database) -> None:
    await _hire(database, "Sam Carter")
    await _hire(database, "Mira Okafor", role=Role.AGENT)
    _drawing, choices = _drawn(await terminal.ask(database, None, "open ticket the gate squeaks", NOW))
    await terminal.ask(database, "Mira", "claim T-1", NOW)
    reply = await terminal.press(database, None, choices[1], NOW)
    assert reply.tone is Tone.REFUSED
    assert reply.text == "T-1 has changed since this was drawn: Mira Okafor claimed it. Nothing was done."
    shown, again = _drawn(await terminal.ask(database, None, "ticket T-1", NOW))
    assert "Mira Okafor" in shown
    assert (await terminal.press(database, None, again[-1], NOW)).tone is Tone.OK


async def test_two_people_at_two_terminals_have_two_conversations(database: Database) -> None:
    await _hire(database, "Sam Carter", "Lena Brandt")
    await terminal.ask(database, "Sam", "open ticket the gate squeaks", NOW)
    reply = await terminal.ask(database, "Lena", "claim it", NOW)
    assert reply.tone is Tone.REFUSED
    assert "T-1" not in reply.text


async def test_markup_that_a_customer_wrote_is_shown_as_it_was_written(database: Database) -> None:
    await _hire(database, "Sam Carter")
    drawn, _choices = _drawn(await terminal.ask(database, None, f"open ticket {MARKUP} and more", NOW), width=200)
    assert drawn.count(MARKUP) == 2


def test_markup_is_text_in_every_part() -> None:
    fields = Fields(MARKUP, [(MARKUP, MARKUP)], MARKUP)
    parts: list[Part] = [fields, Table([MARKUP, "B"], [[MARKUP, MARKUP]]), Choices([Choice(MARKUP, "say")])]
    drawn, _choices = _drawn(Reply(MARKUP, parts), width=400)
    assert drawn.count(MARKUP) == 9


def test_control_characters_of_a_customer_do_not_reach_the_screen() -> None:
    nasty = "\x1b[2J\x1b]0;title\x07gone\x9b31m"
    drawn, _choices = _drawn(Reply(nasty, [Fields(nasty, [(nasty, nasty)], nasty), Table(["A"], [[nasty]])]))
    assert "gone" in drawn
    assert not set(drawn) & {"\x1b", "\x07", "\x9b"}


def test_numbers_go_on_over_several_rows_of_choices() -> None:
    one, two, three = (Choice(name, name.lower()) for name in ("One", "Two", "Three"))
    drawn, choices = _drawn(Reply("Which?", [Choices([one, two]), Choices([three])]))
    assert "1 One  2 Two\n3 Three" in drawn
    assert choices == [one, two, three]


def test_a_reply_as_json_is_a_document_for_programs() -> None:
    reply = Reply(
        "Größe & [b]",
        [
            Fields("T-1", [("Status", "new")], "body"),
            Table(["A", "B"], [["T-1", "x"]]),
            Choices([Choice("Claim", "claim T-1", Style.PRIMARY, "T-1", 3)]),
        ],
        Tone.REFUSED,
        ["T-1"],
        "de",
    )
    written = terminal.as_json(reply)
    assert "Größe & [b]" in written
    claim = {"label": "Claim", "say": "claim T-1", "style": "primary", "record": "T-1", "version": 3, "question": None}
    assert json.loads(written) == {
        "text": "Größe & [b]",
        "tone": "refused",
        "language": "de",
        "shown": ["T-1"],
        "parts": [
            {"kind": "fields", "title": "T-1", "pairs": [["Status", "new"]], "body": "body"},
            {"kind": "table", "columns": ["A", "B"], "rows": [["T-1", "x"]]},
            {"kind": "choices", "choices": [claim]},
        ],
    }
