from datetime import UTC, datetime

import pytest

from crm_core.agents import Role
from crm_core.callcenter import emergencies
from crm_core.callcenter.emergencies import Emergency
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, choices, everything
from tests.people import as_actor


@pytest.fixture
async def lena(mira: Talk) -> Talk:
    async with mira.database.transaction() as session:
        return Talk(mira.database, as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD)))


async def _current(talk: Talk) -> Emergency | None:
    async with talk.database.transaction() as session:
        return await emergencies.current(session, talk.now)


async def test_an_emergency_is_announced_until_a_time_and_ended(lena: Talk) -> None:
    said = await lena.say("emergency on: our phones are disturbed until 15:00")
    assert said.text.startswith("Until Mon 23 Nov, 15:00 callers hear in German only the general sentence")
    assert "in English “our phones are disturbed”. The queues stay open." in said.text
    found = await _current(lena)
    assert found is not None
    assert (found.texts, found.until) == ({"en": "our phones are disturbed"}, datetime(2026, 11, 23, 14, tzinfo=UTC))
    assert "Emergency: our phones are disturbed (until Mon 23 Nov, 15:00)" in everything(await lena.say("floor"))
    assert (await lena.say("emergency off")).text == "The emergency is over. Callers hear nothing of it any more."
    assert (await lena.say("Notfall aus")).text == "Es ist kein Notfall angesagt."


@pytest.mark.parametrize(
    ("said", "texts", "action"),
    [
        ("Notfall an: Wasserrohrbruch bis 15 Uhr", {"de": "Wasserrohrbruch"}, "announce"),
        ("Notfall an: Bis Mittag geht nichts bis 15:00, schließen", {"de": "Bis Mittag geht nichts"}, "close"),
        ("emergency on: flood until 3 pm and close", {"en": "flood"}, "close"),
        ("emergency on: flood until tomorrow 9:00, divert to support", {"en": "flood"}, "divert"),
        ("Notfall an: Flut bis 15 Uhr, umleiten nach Kundendienst", {"de": "Flut"}, "divert"),
        ("emergency on: de: Flut im Haus en: flood in the house until 15:00",
         {"de": "Flut im Haus", "en": "flood in the house"}, "announce"),
    ],
)  # fmt: skip
async def test_a_lead_says_what_is_heard_and_what_becomes_of_the_queues(
    lena: Talk, said: str, texts: dict[str, str], action: str
) -> None:
    assert (await lena.say(said)).tone is Tone.OK
    found = await _current(lena)
    assert found is not None
    assert (found.texts, found.action) == (texts, action)


async def test_when_it_ends_is_asked_for(lena: Talk) -> None:
    assert (await lena.say("emergency on: the power is out")).text == "Until when? For example 15:00."
    assert (await lena.say("15:30")).text.startswith("Until Mon 23 Nov, 15:30 callers hear")


@pytest.mark.parametrize("said", ["9:00", "3 am"])
async def test_a_time_that_is_over_today_is_not_taken_for_tomorrows(lena: Talk, said: str) -> None:
    refused = await lena.say(f"emergency on: the power is out until {said}")
    assert refused.text == f"{said} is over today. If tomorrow is meant, say so: tomorrow {said}."
    assert await _current(lena) is None
    assert (await lena.say("emergency on: the power is out until tomorrow 9:00")).text.startswith("Until Tue 24 Nov")


async def test_german_words_in_an_english_sentence_are_read_to_german_callers(lena: Talk) -> None:
    said = await lena.say("emergency on: Rohrbruch im Norden until 17:30")
    assert said.text == (
        "Until Mon 23 Nov, 17:30 callers hear in German “Rohrbruch im Norden”; in English only the general sentence"
        " “Because of an emergency we can only help to a limited extent right now. We ask for your patience.”."
        " The queues stay open. What is it in English? Say “emergency text in English: …”."
    )
    [button] = choices(said)
    assert button.label == "Say it in English"
    assert (await lena.press(button)).text == "What are callers to hear?"
    assert (await lena.say("a burst pipe in the north")).text == (
        "Until Mon 23 Nov, 17:30 callers hear in German “Rohrbruch im Norden”; in English “a burst pipe in the north”."
    )
    found = await _current(lena)
    assert found is not None
    assert found.texts == {"de": "Rohrbruch im Norden", "en": "a burst pipe in the north"}


async def test_both_languages_at_once_in_either_order(lena: Talk) -> None:
    await lena.say("emergency on: a burst pipe in the north / Rohrbruch im Norden until 17:30")
    found = await _current(lena)
    assert found is not None
    assert found.texts == {"en": "a burst pipe in the north", "de": "Rohrbruch im Norden"}


async def test_a_language_that_no_caller_is_spoken_to_in_is_refused(lena: Talk) -> None:
    await lena.say("emergency on: the power is out until 15:00")
    refused = await lena.say("emergency text in French: panne de courant")
    assert refused.text == "Callers are not spoken to in French, but in German, English."


async def test_a_declaration_is_taken_back_by_undo(lena: Talk) -> None:
    await lena.say("emergency on: the power is out until 15:00")
    assert (await lena.say("undo")).tone is Tone.OK
    assert await _current(lena) is None


async def test_agents_declare_none(mira: Talk) -> None:
    assert (await mira.say("emergency on: the power is out until 15:00")).tone is Tone.REFUSED


async def test_an_urgent_ticket_is_still_one(lena: Talk) -> None:
    assert (await lena.say("Notfall: Gasgeruch im Keller")).text == "T-1 is open: Gasgeruch im Keller"
