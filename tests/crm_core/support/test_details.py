from __future__ import annotations

import pytest

from crm_core import activity
from crm_core.agents import Actor
from crm_core.company import Company
from crm_core.company.fields import CustomField
from crm_core.contacts import merges
from crm_core.db import Database
from crm_core.errors import Invalid, NotFound, Refused
from crm_core.message import Local, listed
from crm_core.support import details, incidents, macros, merging, several, states, tickets
from crm_core.support.tickets import LONGEST_SUBJECT, Priority
from tests import people
from tests.people import NOW, as_actor

SERIAL = CustomField(key="serial", name={"en": "Serial number", "de": "Gerätenummer"}, required=True)
CAUSE = CustomField(key="cause", name={"en": "Cause"}, type="choice", choices=["wear", "misuse"], required=True)
BUILT = CustomField(key="built", name={"en": "Built"}, type="date")


@pytest.fixture
async def mira(database: Database, company: Company) -> Actor:
    """With two tickets."""
    database.works_for(company.model_copy(update={"ticket_fields": [SERIAL, CAUSE, BUILT]}))
    async with database.transaction() as session:
        actor = as_actor(await people.add_agent(session))
        for _number in range(2):
            await tickets.open_ticket(session, actor, subject="cold", now=NOW)
        return actor


async def test_a_field_of_the_house_is_kept_and_taken_back(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await details.set_field(session, mira, 1, "built", "3.5.2019", NOW)
        ticket = await details.set_field(session, mira, 1, "serial", "NH 4711", NOW)
        assert ticket.custom == {"built": "2019-05-03", "serial": "NH 4711"}
        await activity.undo(session, mira, NOW)
        assert (await tickets.read_ticket(session, mira, 1)).custom == {"built": "2019-05-03"}
        assert (await details.set_field(session, mira, 1, "built", None, NOW)).custom == {}


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("cause", "thunder", "field.no-choice"),
        ("status", "closed", "field.unknown"),
        ("serial", None, "field.required"),
    ],
)
async def test_what_a_field_refuses_is_said(
    database: Database, mira: Actor, key: str, value: str | None, complaint: str
) -> None:
    async with database.transaction() as session:
        with pytest.raises(Invalid) as refused:
            await details.set_field(session, mira, 1, key, value, NOW)
    assert refused.value.message.id == complaint


async def test_a_ticket_that_lacks_a_required_field_is_not_ended(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        for end in (tickets.resolve, states.close):
            with pytest.raises(Refused) as refused:
                await end(session, mira, 1, NOW)
            said = refused.value.message
            names = [Local(field.name) for field in (SERIAL, CAUSE)]
            assert (said.id, said.params["ref"]) == ("field.missing", "T-1")
            assert (said.params["fields"], said.params["field"]) == (listed(names), names[0])
        await details.set_field(session, mira, 1, "serial", "NH 4711", NOW)
        await details.set_field(session, mira, 1, "cause", "WEAR", NOW)
        assert (await tickets.resolve(session, mira, 1, NOW)).is_done


async def test_a_macro_and_an_incident_end_no_ticket_that_lacks_one_either(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        incident = await incidents.open_incident(session, mira, [1, 2], NOW, title="power")
        contact = await people.add_contact(session)
        await tickets.open_ticket(session, mira, subject="cold", contact_id=contact.id, now=NOW)
        with pytest.raises(Refused):
            await macros.apply(session, mira, "solved", 3, NOW)
        assert not await tickets.comments(session, 3), "nothing was said either"
    with pytest.raises(Refused):
        async with database.transaction() as session:
            await incidents.resolve(session, mira, incident.id, {"en": "solved"}, NOW)


async def test_of_several_those_that_are_complete_are_ended(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        for key, value in (("serial", "NH 4711"), ("cause", "wear")):
            await details.set_field(session, mira, 2, key, value, NOW)
        done = await several.each(session, [1, 2], lambda id: tickets.resolve(session, mira, id, NOW))
    assert [ticket.id for ticket in done.tickets] == [2]
    assert [why.id for why in done.refused] == ["field.missing"]


async def test_the_ticket_that_goes_on_takes_over_what_it_lacks(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await details.set_field(session, mira, 1, "serial", "one", NOW)
        await details.set_field(session, mira, 1, "built", "3.5.2019", NOW)
        await details.set_field(session, mira, 2, "serial", "two", NOW)
        into = await merging.merge(session, mira, 1, 2, NOW)
        assert into.custom == {"serial": "two", "built": "2019-05-03"}
        await activity.undo(session, mira, NOW)
        assert (await tickets.read_ticket(session, mira, 2)).custom == {"serial": "two"}


async def test_a_ticket_that_is_split_off_is_about_the_same_device(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        await details.set_field(session, mira, 1, "serial", "one", NOW)
        await tickets.comment(session, mira, 1, "the roof leaks too", NOW)
        new = await merging.split(session, mira, 1, NOW)
        await details.set_field(session, mira, new.id, "serial", "another", NOW)
        assert (await tickets.read_ticket(session, mira, 1)).custom == {"serial": "one"}


async def test_a_ticket_gets_another_subject(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        assert (await details.rename(session, mira, 1, "  still \n cold ", NOW)).subject == "still cold"
        for subject in ("  ", "x" * (LONGEST_SUBJECT + 1)):
            with pytest.raises(Invalid):
                await details.rename(session, mira, 1, subject, NOW)
        await activity.undo(session, mira, NOW)
        assert (await tickets.read_ticket(session, mira, 1)).subject == "cold"


async def test_a_ticket_gets_another_priority(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        assert (await details.prioritise(session, mira, 1, Priority.URGENT, NOW)).priority == "urgent"
        with pytest.raises(Refused):
            await details.prioritise(session, mira, 1, Priority.URGENT, NOW)


async def test_a_ticket_is_from_who_the_contact_became(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session, "Greta Sommer", "+493023125010")
        twin = await people.add_contact(session, "G. Sommer", "+493023125011")
        await merges.merge(session, mira, twin.id, greta.id, NOW)
        assert (await details.set_contact(session, mira, 1, twin.id, NOW)).contact_id == greta.id
        with pytest.raises(Refused):
            await details.set_contact(session, mira, 1, greta.id, NOW)
        with pytest.raises(NotFound):
            await details.set_contact(session, mira, 1, 4711, NOW)
