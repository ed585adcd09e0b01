from dataclasses import replace
from datetime import timedelta

import pytest

from crm_core import agents
from crm_core.activity import UNDO_WINDOW
from crm_core.db import Database
from intents.registry import commands
from intents.reply import Fields, Tone
from intents.samples import filled
from intents.understand.grammar import plain
from tests import people
from tests.intents.talk import Talk, choices, everything, stranger
from tests.people import NOW


@pytest.mark.parametrize(("language", "word"), [("en", "help"), ("de", "Hilfe")])
async def test_help_shows_one_example_of_every_command(mira: Talk, language: str, word: str) -> None:
    shown = everything(await mira.say(word)).splitlines()
    for command in commands().values():
        assert filled(plain(command.examples[language][0]), language) in shown, command.name


async def test_help_narrows_to_a_subject_and_says_all_of_it(mira: Talk) -> None:
    reply = await mira.say("help tickets")
    assert [part.title for part in reply.parts if isinstance(part, Fields)] == ["Tickets"]
    assert reply.text.startswith("You can say: open ticket heating stays cold; show ticket T-7;")
    german = await mira.say("Hilfe zu Aufgaben")
    assert german.text.startswith("Sie können sagen: neue Aufgabe Wärmepumpe bis morgen; ")


async def test_help_with_anything_else_shows_all_subjects(mira: Talk) -> None:
    assert len((await mira.say("help me with my homework")).parts) == 6


async def test_a_stranger_gets_help_too(database: Database) -> None:
    assert (await Talk(database, stranger()).say("hello")).tone is Tone.OK


async def test_a_code_links_an_account_once(database: Database) -> None:
    async with database.transaction() as session:
        mira = await people.add_agent(session)
        code = await agents.invite(session, mira, NOW)
    newcomer = Talk(database, stranger())
    linked = await newcomer.say(f"link {code}")
    assert linked.text.startswith("Welcome, Mira Okafor. This account is now linked; your role is agent.")
    async with database.transaction() as session:
        actor = await agents.identify(session, "slack", "account of Somebody")
    assert actor is not None
    assert actor.agent_id == mira.id
    assert (await Talk(database, stranger("de")).say(f"verbinde {code}")).text.startswith("Dieser Code gilt nicht")


async def test_the_chosen_language_stays(mira: Talk, jonas: Talk) -> None:
    assert (await mira.say("speak German")).text == "Ab jetzt auf Deutsch."
    assert (await mira.say("team")).text == "Gerade ist niemand im Dienst."
    assert (await mira.say("Sprache Englisch")).text == "From now on in English."
    assert (await mira.say("team")).text == "Nobody is on duty right now."
    assert (await mira.say("language klingon")).text == "I do not speak “klingon” yet. I know: German, English."


@pytest.mark.parametrize(
    "words", ["speak German", "auf Deutsch bitte", "set language to German", "ins Deutsche", "in German, please"]
)
async def test_a_language_is_wanted_in_many_ways_and_stays_whatever_is_spoken(mira: Talk, words: str) -> None:
    assert (await mira.say(words)).text == "Ab jetzt auf Deutsch."
    assert (await mira.say("who is on duty")).text == "Gerade ist niemand im Dienst."
    assert (await mira.say("claim")).text == "Welches Ticket? Zum Beispiel T-7."


async def test_show_tells_a_record_that_is_not_there(mira: Talk) -> None:
    assert (await mira.say("show T-9")).text == "There is no ticket T-9."
    assert (await mira.say("show D-9")).text == "There is no deal D-9."
    assert (await mira.say("show AGENT-9")).text == "I know no colleague called AGENT-9."
    assert (await mira.say("show XY-1")).tone is Tone.REFUSED


async def test_undo_of_a_claim_gives_the_ticket_back(mira: Talk, jonas: Talk) -> None:
    await jonas.say("open ticket Heating")
    await mira.say("claim T-1")
    undone = await mira.say("undo")
    assert undone.text == "Taken back on T-1: Mira Okafor claimed it."
    assert "claim T-1" in [choice.say for choice in choices(undone)]
    assert (await jonas.say("claim T-1")).tone is Tone.OK


async def test_undo_of_resolve_opens_it_again(mira: Talk) -> None:
    for text in ("open ticket Heating", "claim T-1", "resolve T-1"):
        await mira.say(text)
    assert (await mira.say("oops")).text == "Taken back on T-1: Mira Okafor resolved it."
    assert (await mira.say("status of T-1")).text == "T-1, Heating: open, assigned to Mira Okafor."


async def test_undo_of_open_withdraws_the_ticket(mira: Talk) -> None:
    await mira.say("open ticket Heating")
    undone = await mira.say("undo")
    assert (undone.text, undone.parts) == ("Taken back on T-1: Mira Okafor opened the ticket.", [])
    assert (await mira.say("T-1")).text == "There is no ticket T-1."


async def test_undo_of_a_move_brings_the_deal_back(mira: Talk) -> None:
    await mira.say("add deal Heat pump 12k")
    await mira.say("move D-1 to offer")
    assert (
        await mira.say("mach das rückgängig")
    ).text == "Bei D-1 zurückgenommen: Mira Okafor hat den Deal verschoben."
    assert "Stage: Lead" in everything(await mira.say("D-1"))


async def test_undo_of_presence_says_what_one_is_again(mira: Talk) -> None:
    await mira.say("available")
    await mira.say("away")
    assert (await mira.say("undo")).text == "Taken back: you are available again."
    assert (await mira.say("team")).text == "1 is on duty: Mira Okafor."


async def test_undo_goes_back_step_by_step_and_then_has_nothing_left(mira: Talk) -> None:
    await mira.say("open ticket Heating")
    await mira.say("claim T-1")
    await mira.say("undo")
    assert (await mira.say("undo")).text == "T-1 has changed since, so that can no longer be undone."
    assert (await Talk(mira.database, mira.actor).say("T-1")).tone is Tone.OK


async def test_nothing_to_undo_is_said(mira: Talk) -> None:
    assert (await mira.say("undo")).text == "There is nothing of yours to undo in the last hour."


async def test_nobody_undoes_what_another_did(mira: Talk, jonas: Talk) -> None:
    await mira.say("open ticket Heating")
    assert (await jonas.say("rückgängig")).text == "In der letzten Stunde gibt es nichts von Ihnen zurückzunehmen."


async def test_what_others_built_upon_stays(mira: Talk, jonas: Talk) -> None:
    await mira.say("open ticket Heating")
    await jonas.say("claim T-1")
    assert (await mira.say("undo")).text == "T-1 has changed since, so that can no longer be undone."


async def test_undo_is_for_the_last_hour(mira: Talk) -> None:
    await mira.say("open ticket Heating")
    later = replace(mira, now=mira.now + UNDO_WINDOW + timedelta(seconds=1))
    assert (await later.say("undo")).text == "There is nothing of yours to undo in the last hour."
