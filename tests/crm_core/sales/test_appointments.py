from datetime import timedelta

import pytest

from crm_core import activity
from crm_core.db import Database
from crm_core.errors import Invalid, Refused
from crm_core.sales import appointments
from crm_core.sales.appointments import Appointment
from tests import people
from tests.people import NOW, as_actor

HOUR = timedelta(hours=1)


async def test_appointments_are_those_that_one_attends(database: Database) -> None:
    async with database.transaction() as session:
        lena = await people.add_agent(session, "Lena Brandt")
        mira = await people.add_agent(session, "Mira Okafor")
        greta = await people.add_contact(session)
        one = await appointments.make_appointment(
            session, as_actor(lena), start_at=NOW + HOUR, contact_id=greta.id, place=" Seestr.  4 ", now=NOW
        )
        two = await appointments.make_appointment(session, as_actor(lena), start_at=NOW + 5 * HOUR, now=NOW)
        await appointments.invite(session, as_actor(lena), two.id, mira.id, NOW)
        with pytest.raises(Refused):
            await appointments.invite(session, as_actor(lena), two.id, mira.id, NOW)
    assert (one.place, one.end_at) == ("Seestr. 4", NOW + 2 * HOUR)
    async with database.transaction() as session:
        of_lena = await appointments.appointments_of(session, lena.id, NOW, NOW + timedelta(days=1))
        of_mira = await appointments.appointments_of(session, mira.id, NOW, NOW + timedelta(days=1))
        assert [found.id for found in of_lena] == [one.id, two.id]
        assert [found.id for found in of_mira] == [two.id]


async def test_one_that_is_going_on_belongs_to_the_span_and_a_cancelled_one_does_not(database: Database) -> None:
    async with database.transaction() as session:
        lena = as_actor(await people.add_agent(session, "Lena Brandt"))
        running = await appointments.make_appointment(session, lena, start_at=NOW - HOUR / 2, now=NOW)
        await appointments.make_appointment(session, lena, start_at=NOW - HOUR, now=NOW)
        gone = await appointments.make_appointment(session, lena, start_at=NOW + HOUR, now=NOW)
        await appointments.cancel(session, lena, gone.id, NOW)
        with pytest.raises(Refused):
            await appointments.postpone(session, lena, gone.id, NOW, NOW)
        found = await appointments.my_appointments(session, lena, NOW, NOW + timedelta(days=1))
        assert [one.id for one in found] == [running.id]


async def test_a_postponed_one_lasts_as_long_and_comes_back_by_undo(database: Database) -> None:
    async with database.transaction() as session:
        lena = as_actor(await people.add_agent(session, "Lena Brandt"))
        one = await appointments.make_appointment(session, lena, start_at=NOW + HOUR, end_at=NOW + 4 * HOUR, now=NOW)
        await appointments.postpone(session, lena, one.id, NOW + 10 * HOUR, NOW)
        assert one.end_at == NOW + 13 * HOUR
    for expected in ((NOW + HOUR, NOW + 4 * HOUR),):
        async with database.transaction() as session:
            await activity.undo(session, lena, NOW)
            found = await session.get_one(Appointment, one.id)
            assert (found.start_at, found.end_at) == expected


@pytest.mark.parametrize("hours", [0, -1, 24 * 15])
async def test_it_ends_after_it_begins_and_soon(sqlite_database: Database, hours: int) -> None:
    async with sqlite_database.transaction() as session:
        lena = as_actor(await people.add_agent(session, "Lena Brandt"))
        with pytest.raises(Invalid):
            await appointments.make_appointment(
                session, lena, start_at=NOW, end_at=NOW + timedelta(hours=hours), now=NOW
            )


async def test_what_one_is_about_is_said_later_and_taken_back(database: Database) -> None:
    async with database.transaction() as session:
        lena = as_actor(await people.add_agent(session, "Lena Brandt"))
        one = await appointments.make_appointment(session, lena, start_at=NOW + HOUR, title="Visit", now=NOW)
        assert (await appointments.rename(session, lena, one.id, " The  oven ", NOW)).title == "The oven"
        with pytest.raises(Invalid):
            await appointments.rename(session, lena, one.id, "  ", NOW)
        await activity.undo(session, lena, NOW)
        assert (await session.get_one(Appointment, one.id)).title == "Visit"
