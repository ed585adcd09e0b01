from crm_core.agents import Role
from crm_core.db import Database
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, everything
from tests.people import as_actor


async def _lead(database: Database, language: str = "en") -> Talk:
    async with database.transaction() as session:
        return Talk(database, as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD, language=language)))


async def test_a_number_is_blocked_and_listed(database: Database) -> None:
    lena = await _lead(database)
    said = await lena.say("block +49 30 23125077 because they sell lottery tickets until 2026-12-24")
    assert said.text == "+49 30 23125077 is turned away until Thu 24 Dec, 17:00: they sell lottery tickets."
    assert (await lena.say("block +4990*")).text == "Why? A few words are enough."
    assert (await lena.say("premium numbers")).text == "+4990* is turned away from now on: premium numbers."
    listed = everything(await lena.say("blocked numbers"))
    assert "+4990* premium numbers for good Lena Brandt" in listed
    assert (await lena.say("unblock +4990*")).text == "+4990* may call again."
    assert "+4990*" not in everything(await lena.say("blocked numbers"))


async def test_in_german(database: Database) -> None:
    lena = await _lead(database, "de")
    said = await lena.say("sperre 030 23125077 wegen Werbeanrufen bis 24.12.2026")
    assert said.text == "+49 30 23125077 wird bis Do., 24. Dez., 17:00 abgewiesen: Werbeanrufen."
    assert "030 23125077" not in (await lena.say("gesperrte Nummern")).text
    assert (await lena.say("030 23125077 entsperren")).text == "+49 30 23125077 darf wieder anrufen."
    assert (await lena.say("gesperrte Nummern")).text == "Keine Nummer ist gesperrt."


async def test_an_agent_does_not_block_and_in_public_nobody_is_named(mira: Talk) -> None:
    assert (await mira.say("block 030 23125077 because spam")).tone is Tone.REFUSED
    lena = await _lead(mira.database)
    await lena.say("block 030 23125077 because spam")
    public = Talk(mira.database, lena.actor, is_public=True)
    assert (await public.say("blocked numbers")).text == "Details are for a direct message only."
