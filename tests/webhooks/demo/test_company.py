"""The sample company is believable, and nobody real is in it."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from crm_core.agents import Agent
from crm_core.callcenter.calls import Call
from crm_core.contacts.contacts import Contact
from crm_core.db import Database
from crm_core.projects.tasks import Task
from crm_core.sales.deals import Deal
from crm_core.sales.stages import Stage
from crm_core.support.tickets import Ticket
from tests.people import NOW
from webhooks.demo.company import CALLER, CALLS, DEALS, PEOPLE, TASKS, TEAM, TICKETS, fill

# Ranges that the Bundesnetzagentur and Ofcom keep for fiction.
FICTION = re.compile(
    r"\+49(3023125\d{3}|6990009\d{3}|4066969\d{3}|2214710\d{3}|8999998\d{3})"
    r"|\+44(2079460\d{3}|1614960\d{3}|7700900\d{3})"
)
RESERVED_MAIL = re.compile(r"[a-z.]+@example\.(de|co\.uk|com|org)")


def test_every_phone_number_is_from_a_range_for_fiction() -> None:
    numbers = [CALLER, *(person.phone for person in PEOPLE), *(phone for *_rest, phone in TEAM)]
    assert [number for number in numbers if not FICTION.fullmatch(number)] == []
    assert len(set(numbers)) == len(numbers) - 1


def test_every_mail_address_is_from_a_domain_for_examples() -> None:
    assert [person.email for person in PEOPLE if not RESERVED_MAIL.fullmatch(person.email)] == []


def test_everybody_who_is_named_is_somebody() -> None:
    people, team = {person.name for person in PEOPLE}, {name for name, *_rest in TEAM}
    assert {name for _title, name, *_rest in DEALS} <= people
    assert {name for _subject, name, *_rest in TICKETS} <= people
    assert {name for _title, _assignee, name, _days in TASKS if name} <= people
    assert {assignee for _title, assignee, *_rest in TASKS} <= team


def test_customers_speak_both_languages() -> None:
    assert {person.language for person in PEOPLE} == {"de", "en"}
    assert {language for _name, _role, language, _phone in TEAM} == {"de", "en"}


async def test_it_is_filled_in_with_a_pipeline_tickets_tasks_and_a_single_admin(database: Database) -> None:
    async with database.transaction() as session:
        team = await fill(session, NOW)
    assert set(team) == {name for name, *_rest in TEAM}
    async with database.transaction() as session:
        companies = len({person.organisation for person in PEOPLE} - {None})
        counts = [await session.scalar(select(func.count()).select_from(table)) for table in (Contact, Deal, Task)]
        assert counts == [len(PEOPLE) + companies, len(DEALS), len(TASKS)]
        stages = select(Stage.key).join(Deal, Deal.stage_id == Stage.id)
        assert set(await session.scalars(stages)) == {"lead", "visit", "offer", "negotiation", "won", "lost"}
        assert set(await session.scalars(select(Ticket.status))) == {"new", "open"}
        assert {"urgent", "high", "normal", "low"} == set(await session.scalars(select(Ticket.priority)))
        assert len(list(await session.scalars(select(Agent).where(Agent.role == "admin")))) == 1
        held = list(await session.scalars(select(Call)))
    assert len(held) == len(CALLS) + 1, "and one that was passed on"
    assert all(call.note and call.started_at < NOW for call in held)


async def test_nothing_in_it_happens_after_it_was_made(database: Database) -> None:
    async with database.transaction() as session:
        await fill(session, NOW)
    async with database.transaction() as session:
        for table in (Contact, Deal, Ticket, Task):
            assert [made for made in await session.scalars(select(table.created_at)) if made > NOW] == []
