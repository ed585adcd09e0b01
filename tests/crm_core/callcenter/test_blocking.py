import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm_core.activity import Activity
from crm_core.agents import SYSTEM, Actor, Role
from crm_core.callcenter import blocking, calling
from crm_core.callcenter.blocking import BlockedNumber, pattern_of
from crm_core.company import Company
from crm_core.db import Database
from crm_core.errors import Invalid, NotAllowed, NotFound, Refused
from crm_core.privacy.privacy import ERASED, erase
from tests import people
from tests.people import NOW, as_actor

SPAMMER = "+493023125077"
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
async def lena(database: Database) -> Actor:
    async with database.transaction() as session:
        return as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD))


async def test_a_number_is_turned_away_until_the_time_is_over(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        await blocking.block(session, lena, "(030) 23125077", "Werbung", NOW, TOMORROW)
        assert await blocking.why_blocked(session, SPAMMER, NOW) == "Werbung"
        assert await blocking.why_blocked(session, "030 231 250 77", TOMORROW - timedelta(seconds=1)) == "Werbung"
        assert await blocking.why_blocked(session, SPAMMER, TOMORROW) is None
        assert await blocking.why_blocked(session, "+4930231250770", NOW) is None
        assert await blocking.why_blocked(session, "anonymous", NOW) is None


async def test_a_beginning_turns_all_away_that_begin_so_and_the_whole_number_says_why(
    database: Database, lena: Actor
) -> None:
    async with database.transaction() as session:
        await blocking.block(session, lena, "0900*", "Mehrwert", NOW)
        await blocking.block(session, lena, "+49 900 1*", "Gewinnspiel", NOW)
        await blocking.block(session, lena, "+49900123456", "Drohungen", NOW)
        reasons = [
            await blocking.why_blocked(session, number, NOW)
            for number in ("+49900123456", "+49900155555", "+49900755555", "+4990", "+4989123456")
        ]
    assert reasons == ["Drohungen", "Gewinnspiel", "Mehrwert", None, None]


async def test_blocking_again_replaces_reason_and_end(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        await blocking.block(session, lena, SPAMMER, "Werbung", NOW, TOMORROW)
        await blocking.block(session, lena, SPAMMER, "Drohungen", NOW)
        [(row, by)] = await blocking.blocked_numbers(session, lena, NOW)
        assert (row.reason, row.until, by) == ("Drohungen", None, "Lena Brandt")


async def test_two_who_block_a_number_at_once_have_blocked_it(database: Database, lena: Actor) -> None:
    async def block(reason: str) -> None:
        async with database.transaction() as session:
            await blocking.block(session, lena, SPAMMER, reason, NOW)
            await asyncio.sleep(0)

    for number in range(5):
        await asyncio.gather(*(block(f"Werbung {number}.{one}") for one in range(4)))
    async with database.transaction() as session:
        [(row, _by)] = await blocking.blocked_numbers(session, lena, NOW)
        assert row.reason.startswith("Werbung 4.")


async def test_who_is_erased_is_turned_away_still_and_may_be_let_in_again(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        await blocking.block(session, lena, SPAMMER, "Herr Winter pöbelt", NOW)
        contact = await people.add_contact(session, "Paul Winter", SPAMMER)
        await erase(session, SYSTEM, contact.id, NOW)
        assert await blocking.why_blocked(session, SPAMMER, NOW) == ERASED
        assert await blocking.why_blocked(session, "+493023125078", NOW) is None
        [(row, _by)] = await blocking.blocked_numbers(session, lena, NOW)
        assert (row.number, SPAMMER in str(row.digest), blocking.shown(row.number)) == (None, False, "–")
        await blocking.unblock(session, lena, SPAMMER, NOW)
        assert await blocking.why_blocked(session, SPAMMER, NOW) is None
        await blocking.block(session, lena, SPAMMER, "Doch", NOW)
        assert await blocking.why_blocked(session, SPAMMER, NOW) == "Doch"


@pytest.mark.parametrize(
    "written",
    [SPAMMER, "+4903023125077", "+49 (0)30 23125077", "0049 30 23125077", "004903023125077", "030/23125077"],
)
async def test_a_blocked_number_is_known_however_it_is_written(
    sqlite_database: Database, company: Company, written: str
) -> None:
    async with sqlite_database.transaction() as session:
        lead = as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD))
        await blocking.block(session, lead, written, "Werbung", NOW)
        assert await blocking.why_blocked(session, SPAMMER, NOW) == "Werbung"
        await blocking.unblock(session, lead, SPAMMER, NOW)
        await blocking.block(session, lead, SPAMMER, "Werbung", NOW)
        assert await blocking.why_blocked(session, written, NOW) == "Werbung"
        with pytest.raises(Refused) as refused:
            await calling.read_number(session, written, NOW)
        assert refused.value.message.id == "call.blocked-number"


async def test_who_may_call_again_stays_in_the_history(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        await blocking.block(session, lena, SPAMMER, "Werbung", NOW)
        await blocking.unblock(session, lena, "030/23125077", NOW)
        assert await blocking.why_blocked(session, SPAMMER, NOW) is None
        assert list(await blocking.blocked_numbers(session, lena, NOW)) == []
        with pytest.raises(NotFound):
            await blocking.unblock(session, lena, SPAMMER, NOW)
        assert (await session.scalars(select(BlockedNumber.reason))).all() == ["Werbung"]
        verbs = (await session.scalars(select(Activity.verb).order_by(Activity.id))).all()
        assert verbs == ["number.blocked", "number.unblocked"]
        await blocking.block(session, lena, SPAMMER, "Doch", NOW + timedelta(minutes=1))
        assert await blocking.why_blocked(session, SPAMMER, NOW + timedelta(minutes=1)) == "Doch"


@pytest.mark.parametrize("number", ["+493023125100", "+4930*", "+493023125201", "030 23125203"])
async def test_the_house_does_not_block_itself(database: Database, lena: Actor, number: str) -> None:
    async with database.transaction() as session:
        await people.add_agent(session, "Jonas Weber", phone="+493023125203")
        with pytest.raises(Refused) as refused:
            await blocking.block(session, lena, number, "Versehen", NOW)
        assert refused.value.message.id == "number.ours"


async def test_what_makes_no_sense_is_refused(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        for number, reason, until in (("12", "x", None), (SPAMMER, " ", None), (SPAMMER, "x", NOW), ("*", "x", None)):
            with pytest.raises(Invalid):
                await blocking.block(session, lena, number, reason, NOW, until)


async def test_only_leads_block(database: Database, lena: Actor) -> None:
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session, phone=None))
        with pytest.raises(NotAllowed):
            await blocking.block(session, mira, SPAMMER, "Werbung", NOW)
        with pytest.raises(NotAllowed):
            await blocking.blocked_numbers(session, mira, NOW)


@pytest.mark.parametrize(
    ("typed", "pattern"),
    [
        ("+49 (0)30 23125077", SPAMMER),
        ("+49 900*", "+49900*"),
        ("0049900*", "+49900*"),
        ("0900 *", "+49900*"),
        ("+1-268-*", "+1268*"),
    ],
)
def test_numbers_and_beginnings_are_read_in_any_notation(typed: str, pattern: str) -> None:
    assert pattern_of(typed, "DE") == pattern


@pytest.mark.parametrize("typed", ["+49*", "*", "+*", "49*", "+0123*", "+49x*", "+493023125077123*", "+٤٩٩٠٠*", ""])
def test_what_would_block_half_the_world_is_no_beginning(typed: str) -> None:
    with pytest.raises(Invalid):
        pattern_of(typed, "DE")


@given(st.text("+0123456789*() -", max_size=20))
def test_whatever_is_typed_is_a_pattern_or_refused(typed: str) -> None:
    try:
        pattern = pattern_of(typed, "DE")
    except Invalid:
        return
    assert pattern_of(pattern, "DE") == pattern
    assert pattern[0] == "+"
    assert len(pattern.rstrip("*")) >= 4
