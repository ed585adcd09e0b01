import re
from collections import Counter

import phonenumbers
from sqlalchemy import select

from crm_core.contacts.contacts import Contact
from crm_core.contacts.numbers import PhoneNumber
from crm_core.db import Database
from crm_core.sales.deals import Deal
from crm_core.support.tickets import Ticket
from tests.people import NOW
from webhooks.demo.company import TEAM, fill

# The Bundesnetzagentur and Ofcom keep these free for films: nobody has such a number.
FICTION = re.compile(r"\+49(3023125|6990009|4066969|2214710|8999998)\d{3}|\+44(2079460|1614960|7700900|1632960)\d{3}")


async def test_the_sample_company_is_believable(database: Database) -> None:
    async with database.transaction() as session:
        await fill(session, NOW)
    async with database.transaction() as session:
        contacts = list(await session.scalars(select(Contact)))
        stages = Counter(await session.scalars(select(Deal.stage_id)))
        priorities = Counter(await session.scalars(select(Ticket.priority)))
        times = list(await session.scalars(select(Ticket.created_at)))
    assert {contact.language for contact in contacts} == {"de", "en"}
    assert len(stages) >= 4
    assert len(priorities) == 4
    assert max(times) < NOW


async def test_its_phone_numbers_ring_nobody(sqlite_database: Database) -> None:
    async with sqlite_database.transaction() as session:
        await fill(session, NOW)
        numbers = list(await session.scalars(select(PhoneNumber.e164)))
    numbers += [phone for _name, _role, _language, phone in TEAM if phone]
    assert numbers
    for number in numbers:
        assert phonenumbers.is_possible_number(phonenumbers.parse(number)), number
        assert FICTION.fullmatch(number), number
