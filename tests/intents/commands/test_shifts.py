import pytest

from crm_core.agents import Role
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, everything
from tests.people import as_actor


@pytest.fixture
async def lena(mira: Talk) -> Talk:
    async with mira.database.transaction() as session:
        return Talk(mira.database, as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD)))


async def test_the_plan_of_a_day_is_shown(mira: Talk, jonas: Talk) -> None:
    today = await mira.say("shifts today")
    assert today.text == "Mon, 23 Nov 2026, 2 work: Jonas Weber 08:00–16:30; Mira Okafor 08:00–16:30"
    assert "Mira Okafor 08:00–16:30 12:00–12:30 –" in everything(today)
    assert (await jonas.say("Schichten heute")).text.startswith("Mo., 23. Nov. 2026, 2 arbeiten: Jonas Weber")
    assert (
        await jonas.say("wer arbeitet am Sonntag?")
    ).text == "Am So., 29. Nov. 2026 arbeitet niemand nach Schichtplan."


@pytest.mark.parametrize(
    "said",
    [
        "Mira works 10:00 to 14:00 tomorrow",
        "Mira works from 10 am until 2 pm on Tuesday",
        "Mira works tomorrow from 10 to 14",
        "Mira arbeitet morgen von 10 bis 14 Uhr",
        "Mira arbeitet von 10:00 bis 14:00 am Dienstag",
    ],
)
async def test_a_lead_changes_a_day(lena: Talk, said: str) -> None:
    changed = await lena.say(said)
    assert changed.tone is Tone.OK
    assert "10:00–14:00" in changed.text
    assert "Mira Okafor 10:00–14:00 – changed" in everything(await lena.say("shifts tomorrow"))
    assert "Mira Okafor 08:00–16:30" in everything(await lena.say("shifts on Wednesday"))


async def test_a_day_off_and_back_to_the_plan(lena: Talk) -> None:
    assert (await lena.say("Mira is off tomorrow")).text == "Mira Okafor does not work on Tue, 24 Nov 2026."
    assert "Mira Okafor – – day off" in everything(await lena.say("shifts tomorrow"))
    planned = await lena.say("Mira arbeitet morgen nach Plan")
    assert planned.text == "Mira Okafor arbeitet am Di., 24. Nov. 2026: 08:00–16:30."
    assert (await lena.say("Mira works as planned tomorrow")).text.startswith("Nothing was changed for Mira Okafor")


async def test_a_shift_to_midnight_ends_with_the_day(lena: Talk) -> None:
    assert "20:00–00:00" in (await lena.say("Mira works 20:00 to 24:00 tomorrow")).text


@pytest.mark.parametrize("said", ["Mira works nine to five tomorrow", "Mira arbeitet morgen von neun bis fünf"])
async def test_nine_to_five_is_a_day(lena: Talk, said: str) -> None:
    assert "09:00–17:00" in (await lena.say(said)).text


@pytest.mark.parametrize("said", ["Mira works 14:00 to 10:00 tomorrow", "Mira works 10:00 to 77 tomorrow"])
async def test_hours_that_are_none_are_said_to_be_none(lena: Talk, said: str) -> None:
    assert (await lena.say(said)).tone is Tone.REFUSED


async def test_agents_change_no_shifts(mira: Talk) -> None:
    assert (await mira.say("Mira works 10:00 to 14:00 tomorrow")).tone is Tone.REFUSED


async def test_undo_puts_back_what_stood_there_before(lena: Talk) -> None:
    await lena.say("Mira works 10:00 to 14:00 tomorrow")
    await lena.say("Mira is off tomorrow")
    assert (await lena.say("undo")).text == "Taken back on AGENT-1: Lena Brandt changed a shift."
    assert "Mira Okafor 10:00–14:00" in everything(await lena.say("shifts tomorrow"))
    await lena.say("undo")
    assert "Mira Okafor 08:00–16:30" in everything(await lena.say("shifts tomorrow"))


@pytest.mark.parametrize("said", ["Mira works 22:00 to 06:00 tomorrow", "Mira arbeitet morgen von 22 bis 6 Uhr"])
async def test_a_night_shift_ends_on_the_next_day(lena: Talk, said: str) -> None:
    assert "22:00–06:00" in (await lena.say(said)).text
    assert "Mira Okafor 22:00–06:00 – changed" in everything(await lena.say("shifts tomorrow"))
    assert "Mira Okafor 08:00–16:30" in everything(await lena.say("shifts on Wednesday"))
