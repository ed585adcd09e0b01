from dataclasses import replace

from crm_core.agents import Role
from crm_core.db import Database
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, choice, everything
from tests.people import as_actor


async def _lena(database: Database) -> Talk:
    async with database.transaction() as session:
        return Talk(database, as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD)))


async def test_a_week_is_logged_shown_and_approved(mira: Talk, jonas: Talk) -> None:
    await mira.say("add task Wiring")
    assert (await mira.say("log 1:30 on TASK-1 wiring the pump")).text == "H-1: 1:30 h on TASK-1."
    assert (await mira.say("buche 45 Minuten auf TASK-1")).text == "H-2: 0:45 h auf TASK-1."
    assert (await mira.say("my hours")).text.startswith(
        "Mira Okafor, week 48, 2:15 h: H-1 Mon, 23 Nov 2026 TASK-1 1:30 h"
    )
    lena = await _lena(mira.database)
    assert (await jonas.say("hours of Mira this week")).tone is Tone.REFUSED
    assert (await lena.say("approve hours of Mira week 48")).text == "2:15 h of Mira Okafor in week 48 are approved."
    locked = await mira.say("H-1 is 2:00")
    assert locked.text == "H-1 is approved and cannot be changed. A lead can reopen the week."
    assert (await lena.say("reopen hours of Mira week 48")).text.startswith("2 entries of Mira Okafor in week 48")


async def test_the_clock_goes_from_one_task_to_the_next(mira: Talk) -> None:
    for title in ("One", "Two"):
        await mira.say(f"add task {title}")
    started = await mira.say("start TASK-1")
    assert started.text == "The clock runs on TASK-1."
    assert (await mira.say("starte TASK-2")).text == "Die Uhr läuft auf TASK-2. 0:01 h gingen an TASK-1."
    assert (await mira.press(choice(started, "stop"))).text == "H-2: 0:01 h on TASK-2."
    assert (await mira.say("stopp")).text == "Es läuft keine Uhr."


async def test_notes_are_not_read_out_in_public(mira: Talk) -> None:
    await mira.say("add task Wiring")
    public = replace(mira, is_public=True)
    said = [await public.say("log 1:30 on TASK-1 the key of Mrs Sommer"), await public.say("my hours")]
    assert "Sommer" not in "".join(map(everything, said))
    assert "Sommer" in everything(await mira.say("my hours"))
