"""How a talk ended, in the words of who had it."""

from datetime import timedelta

import pytest

from crm_core.agents import Agent, Presence
from crm_core.callcenter import arrivals, calls
from crm_core.callcenter.states import CallState
from crm_core.company import Company
from intents.reply import Tone
from tests.intents.talk import Talk, choices
from tests.people import NOW

DISPOSITIONS = {
    "sold": {"de": "Verkauft", "en": "Sold"},
    "wrong": {"de": "Falsch verbunden", "en": "Wrong number"},
    "wrong-noted": {"de": "Falsch verbunden notiert", "en": "Wrong number noted"},
}


async def _wraps_up(talk: Talk, company: Company, **rules: object) -> None:
    callcenter = company.callcenter.model_copy(update={"dispositions": DISPOSITIONS, **rules})
    talk.database.works_for(company.model_copy(update={"callcenter": callcenter}))
    async with talk.database.transaction() as session:
        inbound = await arrivals.answer(session, "CA1", "+493023125010", "+493023125100", {}, NOW)
        call = await calls.lock_call(session, inbound.id)
        call.agent_id, call.state = talk.actor.agent_id, CallState.WRAP_UP
        call.wrap_up_until = NOW + timedelta(minutes=10)
        (await session.get_one(Agent, talk.actor.agent_id)).presence = Presence.WRAP_UP


@pytest.mark.parametrize(
    ("said", "disposition", "note"),
    [
        ("Ergebnis CALL-1 Falsch verbunden", "wrong", None),
        ("Ergebnis CALL-1 falsch verbunden: wollte zum Bäcker", "wrong", "wollte zum Bäcker"),
        ("Ergebnis von CALL-1 ist Falsch verbunden notiert", "wrong-noted", None),
        ("CALL-1 ended as wrong number, wanted the baker", "wrong", "wanted the baker"),
        ("disposition CALL-1 sold two of them", "sold", "two of them"),
    ],
)
async def test_a_disposition_of_several_words_is_understood_and_the_rest_is_a_note(
    mira: Talk, company: Company, said: str, disposition: str, note: str | None
) -> None:
    await _wraps_up(mira, company)
    assert (await mira.say(said)).tone is Tone.OK
    async with mira.database.transaction() as session:
        call = await calls.lock_call(session, 1)
    assert (call.disposition, call.note) == (disposition, note)


async def test_an_unknown_disposition_is_answered_with_the_names_in_ones_language(mira: Talk, company: Company) -> None:
    await _wraps_up(mira, company)
    german = (await mira.say("Ergebnis CALL-1 Geschenkt")).text
    assert german == "„Geschenkt“ ist kein Ergebnis; es gibt: Verkauft, Falsch verbunden, Falsch verbunden notiert."
    english = (await mira.say("disposition CALL-1 given away")).text
    assert english == "“given away” is no disposition; there are: Sold, Wrong number, Wrong number noted."


async def test_the_wrap_up_is_over_by_its_button(mira: Talk, company: Company) -> None:
    await _wraps_up(mira, company)
    assert [choice.say for choice in choices(await mira.say("CALL-1"))][-1] == "done with CALL-1"
    assert (await mira.say("done with CALL-1")).text == "The wrap-up of CALL-1 is over: you are available."
    assert (await mira.say("mit CALL-1 fertig")).text == "Sie sind nicht in der Nachbearbeitung von CALL-1."


@pytest.mark.parametrize("said", ["available", "verfügbar", "wrap-up done", "Nachbearbeitung fertig"])
async def test_the_wrap_up_is_over_by_a_word(mira: Talk, company: Company, said: str) -> None:
    await _wraps_up(mira, company)
    assert (await mira.say(said)).text.startswith(("You are available.", "Sie sind verfügbar."))
    async with mira.database.transaction() as session:
        assert (await session.get_one(Agent, mira.actor.agent_id)).presence == Presence.AVAILABLE


async def test_who_owes_a_disposition_is_told_which_there_are(mira: Talk, company: Company) -> None:
    await _wraps_up(mira, company, disposition_required=True)
    assert "done with CALL-1" not in [choice.say for choice in choices(await mira.say("CALL-1"))]
    said = (await mira.say("available")).text
    assert said.startswith("CALL-1 has no disposition yet: you will be available once it does.")
    assert "Wrong number" in said
