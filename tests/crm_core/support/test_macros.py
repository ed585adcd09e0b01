from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from crm_core import activity
from crm_core.agents import Actor
from crm_core.company import Company, Macro
from crm_core.db import Database
from crm_core.errors import NotFound, Refused
from crm_core.support import macros, sla, tickets
from crm_core.support.tickets import Ticket
from tests import people
from tests.people import NOW, as_actor


async def _greta_and_her_ticket(database: Database, language: str = "de") -> tuple[Actor, Ticket]:
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        greta = await people.add_contact(session, language=language)
        ticket = await tickets.open_ticket(session, mira, subject="{agent.name} is cold", contact_id=greta.id, now=NOW)
    return mira, ticket


async def test_the_customer_is_addressed_in_their_language(database: Database) -> None:
    mira, ticket = await _greta_and_her_ticket(database)
    async with database.transaction() as session:
        filled = await macros.preview(session, mira, "On our way", ticket.id)
    assert filled.text == (
        "Guten Tag Greta Sommer, zu T-1 ist unser Monteur unterwegs. "
        "Freundliche Grüße, Mira Okafor, Nordlicht Haustechnik"
    )
    assert filled.changes == {"priority": "high"}


async def test_who_speaks_none_of_the_languages_is_addressed_in_the_houses_own(database: Database) -> None:
    mira, ticket = await _greta_and_her_ticket(database, "pl")
    async with database.transaction() as session:
        assert (await macros.preview(session, mira, "solved", ticket.id)).text.startswith("Guten Tag")


async def test_what_a_customer_wrote_is_never_a_template(database: Database) -> None:
    mira, ticket = await _greta_and_her_ticket(database)
    async with database.transaction() as session:
        assert "„{agent.name} is cold“" in (await macros.preview(session, mira, "solved", ticket.id)).text


async def test_a_macro_says_and_sets_and_counts_as_the_first_response(database: Database) -> None:
    mira, ticket = await _greta_and_her_ticket(database)
    async with database.transaction() as session:
        await macros.apply(session, mira, "solved", ticket.id, NOW)
    async with database.transaction() as session:
        after = await session.get_one(Ticket, ticket.id)
        said = await tickets.comments(session, ticket.id)
        clocks = {clock.clock: clock.stopped_by for clock in await sla.clocks_of(session, ticket.id)}
        verbs = [entry.verb for entry in await activity.timeline(session, "ticket", ticket.id)]
    assert after.status == "resolved"
    assert [note.body.startswith("Guten Tag Greta Sommer") for note in said] == [True]
    assert clocks == {"first-response": "reply", "resolution": "status"}
    assert verbs[:2] == ["ticket.macro-applied", "ticket.replied"]


async def test_undo_takes_back_what_a_macro_set(database: Database) -> None:
    mira, ticket = await _greta_and_her_ticket(database)
    async with database.transaction() as session:
        await macros.apply(session, mira, "solved", ticket.id, NOW)
    async with database.transaction() as session:
        await activity.undo(session, mira, NOW)
        assert (await session.get_one(Ticket, ticket.id)).status == "waiting"


async def test_a_name_that_is_missing_is_said_before_anything_is_sent(database: Database) -> None:
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        ticket = await tickets.open_ticket(session, mira, subject="Cold", now=NOW)
        with pytest.raises(Refused):
            await macros.apply(session, mira, "solved", ticket.id, NOW)
        assert await tickets.comments(session, ticket.id) == []


async def test_a_macro_that_is_none_is_answered_with_those_that_are(sqlite_database: Database) -> None:
    mira, ticket = await _greta_and_her_ticket(sqlite_database)
    async with sqlite_database.transaction() as session:
        with pytest.raises(NotFound) as refused:
            await macros.preview(session, mira, "nonsense", ticket.id)
    assert refused.value.message.params["names"] == "on-our-way, solved"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Hello {contact.nmae}", "which nothing fills; there are: {agent.name}"),
        ("Hello {contact.name", "a brace that belongs to no placeholder"),
        ("Hello {0}", "a brace that belongs to no placeholder"),
        ("Hello {contact.name!r}", "a brace that belongs to no placeholder"),
    ],
)
def test_a_text_that_cannot_be_filled_is_refused_when_the_file_is_read(text: str, complaint: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Macro(text={"en": text})
    assert complaint in str(refused.value)


def test_a_macro_speaks_every_language_of_the_house(company: Company) -> None:
    data: dict[str, Any] = company.model_dump() | {"macros": {"short": {"text": {"en": "Hello"}}}}
    with pytest.raises(ValidationError, match=r"macros.short.text: has no text in: de"):
        Company.model_validate(data)
