from crm_core import files
from crm_core.contacts import consents
from crm_core.contacts.consents import Channel, Purpose
from crm_core.db import Database
from crm_core.support import tickets
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, everything
from tests.people import NOW


async def _wording(database: Database) -> str | None:
    async with database.transaction() as session:
        said = await consents.latest(session, 1001, Channel.PHONE, Purpose.ADVERTISING)
        return said.wording if said is not None else None


async def _greta(talk: Talk) -> None:
    async with talk.database.transaction() as session:
        await people.add_contact(session)


async def test_the_words_of_a_consent_are_kept_as_they_were_said(mira: Talk) -> None:
    await _greta(mira)
    said = await mira.say('Greta Sommer agrees to advertising by phone: "Yes,  call me.  Please!"')
    assert said.text == "Greta Sommer (C-1001) agrees to advertising by phone. The wording is kept as CONS-1."
    assert await _wording(mira.database) == "Yes,  call me.  Please!"
    assert "Consent: yes to advertising by phone" in everything(await mira.say("show C-1001"))


async def test_the_words_are_asked_for(mira: Talk) -> None:
    await _greta(mira)
    assert "as evidence" in (await mira.say("Greta agrees to advertising by phone")).text
    await mira.say("Ja bitte, rufen Sie an.")
    assert await _wording(mira.database) == "Ja bitte, rufen Sie an."


async def test_a_consent_is_withdrawn_and_that_is_told(jonas: Talk) -> None:
    await _greta(jonas)
    await jonas.say("Greta Sommer willigt in Werbung per Telefon ein: Ja, gern")
    assert "Ja, gern" in (await jonas.say("Einwilligung von Greta Sommer")).text
    assert (await jonas.say("Greta Sommer widerruft Werbung per Telefon")).tone is Tone.OK
    told = await jonas.say("Einwilligung von Greta Sommer")
    assert "Werbung per Telefon widerrufen am" in told.text
    assert "steht nicht auf der Sperrliste" in told.text
    assert "Nein zu Werbung per Telefon" in everything(await jonas.say("C-1001"))


async def test_who_is_not_to_be_called_says_so_on_the_card(mira: Talk) -> None:
    await _greta(mira)
    assert (await mira.say("do not call Greta")).text == "Greta Sommer (C-1001) is not called any more."
    assert "already" in (await mira.say("do not call C-1001")).text
    assert "Consent: do not call" in everything(await mira.say("show C-1001"))
    assert "may be called again" in (await mira.say("calls to Greta are fine again")).text
    assert "was not" in (await mira.say("allow calls to Greta")).text


async def test_in_public_nobody_learns_what_somebody_agreed_to(mira: Talk) -> None:
    await _greta(mira)
    public = Talk(mira.database, mira.actor, is_public=True)
    for text in ("consent of C-1001", "files C-1001"):
        assert (await public.say(text)).text == "Details are for a direct message only."
    noted = everything(await public.say("C-1001 agrees to advertising by phone: yes"))
    assert "Greta" not in noted


async def test_files_of_a_record_are_listed(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        ticket = await tickets.open_ticket(session, mira.actor, subject="Oven", now=NOW)
        await files.attach(session, mira.actor, "ticket", ticket.id, "oven.txt", b"It is cold.", NOW)
    told = await mira.say("files T-1")
    assert told.text == "1 file on T-1: F-1 oven.txt, 11 B"
    assert "Files: 1 file" in everything(await mira.say("show T-1"))
    await mira.say("undo")
    assert (await mira.say("files T-1")).text == "T-1 has no files."
