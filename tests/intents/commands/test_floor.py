from datetime import timedelta

import pytest

from crm_core.agents import Presence, Role
from crm_core.callcenter import presence
from crm_core.company import CardPlace, Company
from crm_core.db import Database
from intents.cards import draw
from intents.reply import Tone
from tests import people
from tests.crm_core.callcenter.stage import Floor
from tests.intents.talk import Talk, choices, everything
from tests.people import as_actor


@pytest.fixture
async def floor(database: Database, company: Company) -> Floor:
    """Mira talks, Jonas is at lunch, one waits, and one has given up."""
    made = Floor(database, company)
    made.rule(routing="longest-idle")
    async with database.transaction() as session:
        await people.add_contact(session, phone="+493023125011")
    gone = await made.caller("+493023125011")
    made.later(30)
    await made.hang_up(gone)
    await made.hire("Mira Okafor")
    await made.caller()
    await made.press_one("Mira Okafor")
    made.later(9)
    jonas = await made.hire("Jonas Weber")
    async with database.transaction() as session:
        await presence.set_presence(session, jonas, Presence.AWAY, made.now, reason="lunch")
    await made.caller("+493023125012")
    made.later(60)
    return made


@pytest.fixture
async def lena(floor: Floor) -> Talk:
    async with floor.database.transaction() as session:
        lead = await people.add_agent(session, "Lena Brandt", Role.LEAD)
        return Talk(floor.database, as_actor(lead), now=floor.now)


async def test_the_floor_in_a_sentence_and_in_tables(lena: Talk) -> None:
    seen = await lena.say("floor")
    assert seen.text == (
        "1 caller is waiting since 11:00. 0 available, 1 on a call, 1 away, 1 off duty."
        " Today 1 answered, 1 given up, service level 50 %. 1 missed call to return."
    )
    shown = everything(seen)
    assert "Service level: 50 % (80/20)" in shown
    assert "support 1 11:00:41 0 1 / 1 50 % (80/20)" in shown
    assert "Mira Okafor on a call (CALL-2) 11:00 –" in shown
    assert "Jonas Weber away 11:00 Lunch" in shown
    assert "CALL-1 Greta Sommer Mon 23 Nov, 11:00" in shown


async def test_the_floor_in_german(lena: Talk) -> None:
    seen = await lena.say("Lage")
    assert seen.text.startswith("1 Anruf wartet seit 11:00. 0 verfügbar, 1 im Gespräch, 1 abwesend, 1 nicht im Dienst.")
    assert "support 1 11:00:41 0 1 / 1 50 % (80/20)" in everything(seen)
    assert "Jonas Weber abwesend 11:00 Mittagspause" in everything(seen)


async def test_one_click_calls_back(lena: Talk) -> None:
    assert [choice.say for choice in choices(await lena.say("floor"))] == ["call back CALL-1"]


async def test_a_public_place_hears_no_names_of_callers(lena: Talk) -> None:
    public = Talk(lena.database, lena.actor, is_public=True, now=lena.now)
    shown = everything(await public.say("floor"))
    assert "Greta" not in shown
    assert "23125" not in shown
    assert "CALL-1 unknown caller" in shown


async def test_viewers_see_no_floor(floor: Floor) -> None:
    async with floor.database.transaction() as session:
        viewer = Talk(floor.database, as_actor(await people.add_agent(session, "Vera Neu", Role.VIEWER)))
    assert (await viewer.say("floor")).tone is Tone.REFUSED


async def test_a_quiet_floor_has_no_figures(database: Database) -> None:
    async with database.transaction() as session:
        mira = Talk(database, as_actor(await people.add_agent(session)))
    seen = await mira.say("floor")
    assert seen.text == (
        "0 callers are waiting. 0 available, 1 off duty. Today 0 answered, 0 given up, service level –."
        " 0 missed calls to return."
    )
    assert "Service level:" not in everything(seen)


async def test_the_card_of_the_floor_says_the_same_to_a_channel(floor: Floor) -> None:
    floor.company = floor.company.model_copy(update={"cards": [CardPlace(place="slack:C1", kinds=["floor"])]})
    async with floor.database.transaction() as session:
        drawn = await draw(session, "floor", 0, "en", floor.now + timedelta(seconds=5))
    assert drawn is not None
    assert drawn.text.startswith("The floor. Waiting: 1, the longest since 11:00:41. Agents: 0 available, 1 on a call")
