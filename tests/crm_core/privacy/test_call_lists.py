"""Who is on a call list has a right to know it, to be forgotten, and not to be kept for ever."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core.activity import Activity
from crm_core.agents import SYSTEM, Actor, Role
from crm_core.callcenter import attempts, call_lists, claiming, filling
from crm_core.callcenter.call_lists import CallList
from crm_core.callcenter.callees import Callee
from crm_core.callcenter.filling import Wanted
from crm_core.company import Company
from crm_core.contacts.consents import Purpose
from crm_core.contacts.contacts import Contact
from crm_core.db import Database
from crm_core.privacy import privacy
from crm_core.privacy.privacy import ERASED
from tests import people
from tests.crm_core.privacy.test_retention import _carry_out, _with
from tests.people import NOW, as_actor

LATER = NOW + timedelta(days=800)


@pytest.fixture
async def lena(database: Database) -> Actor:
    """She made a list, and skipped Greta for a reason."""
    async with database.transaction() as session:
        actor = as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD))
        wanted = [
            Wanted((await people.add_contact(session, name, number)).id, tag="vip")
            for name, number in (("Greta Sommer", "+493023125010"), ("Emily Clarke", "+493023125011"))
        ]
        await filling.make(session, actor, "About Greta Sommer", Purpose.SERVICE, wanted, NOW)
        await claiming.skip(session, actor, 1, NOW, reason="Greta is ill")
    return actor


async def test_a_person_is_told_which_lists_they_are_on(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        known = await privacy.known_of(session, SYSTEM, 1001)
        assert [(row["tag"], row["note"]) for row in known["callee"]] == [("vip", "Greta is ill")]
        assert [row["name"] for row in known["calllist"]] == ["About Greta Sommer"]
        assert (await privacy.known_of(session, SYSTEM, 1002))["calllist"] == []


async def test_who_is_forgotten_is_called_no_more_and_still_counted(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        await privacy.erase(session, SYSTEM, 1001, NOW)
    async with database.transaction() as session:
        greta = await session.get_one(Callee, 1)
        assert (greta.state, greta.why, greta.note, greta.tag) == ("dropped", "gone", None, None)
        assert (await session.get_one(CallList, 1)).name == ERASED
        told = await session.scalars(select(Activity).where(Activity.kind == "callee"))
        assert [step.data for step in told] == [{}]
        turn = await claiming.claim(session, lena, 1, NOW)
        assert turn.callee is not None
        assert turn.callee.contact_id == 1002


async def test_two_lists_may_bear_the_name_of_who_is_forgotten(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        await filling.make(session, lena, "Greta Sommer again", Purpose.SERVICE, [], NOW)
        await privacy.erase(session, SYSTEM, 1001, NOW)
        assert [one.name for one in await call_lists.all_lists(session, lena)] == [ERASED, ERASED]


async def test_a_closed_list_goes_with_the_years_and_an_open_one_keeps_its_people(
    database: Database, company: Company, lena: Actor
) -> None:
    database.works_for(_with(company, call_lists="1 year", contacts_without_activity="2 years"))
    async with database.transaction() as session:
        await attempts.settle(session, lena, 2, "reached", NOW)
    await _carry_out(database, LATER)
    async with database.transaction() as session:
        named = select(Contact.name).order_by(Contact.id)
        assert list(await session.scalars(named)) == ["Greta Sommer", ERASED], "Greta is to be called still"
        await call_lists.close(session, lena, 1, LATER)
    removed = await _carry_out(database, LATER + timedelta(days=800))
    assert removed["call-lists"] == 1
    async with database.transaction() as session:
        assert (await session.scalars(select(Callee))).all() == []
        assert list(await session.scalars(named)) == [ERASED, ERASED]
