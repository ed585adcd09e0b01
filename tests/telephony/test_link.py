from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from crm_core.agents import SYSTEM
from crm_core.contacts import consents, texts
from crm_core.contacts.consents import Channel, ConsentUse, Purpose
from crm_core.db import Database
from crm_core.outbox import Effect, EffectKind
from telephony.courier import TwilioCourier
from tests import people
from tests.people import NOW, as_actor
from tests.telephony.lines import answering, line, text
from tests.telephony.phone import GRETA, Phone

MOBILE = "+4915123456789"
LINK: dict[str, Any] = {
    "do": "text-me-a-link",
    "link": "https://nordlicht.example/termin?von={contact.ref}&call={call.ref}",
    "text": text("{company.name}: Ihr Termin unter {link}", "{company.name}: your appointment at {link}"),
}


async def _texts(database: Database) -> list[dict[str, str]]:
    async with database.transaction() as session:
        found = await session.scalars(select(Effect.payload).where(Effect.kind == EffectKind.SMS))
        return [{"to": sent["to"], "text": sent["text"]} for sent in found]


async def test_the_link_stands_in_the_thread_with_what_became_of_it(database: Database, courier: TwilioCourier) -> None:
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        greta = await people.add_contact(session, phone=MOBILE)
    async with answering(database, line({"first": LINK})) as product:
        await Phone(product, number=MOBILE).arrive()
    async with database.transaction() as session:
        [effect] = await session.scalars(select(Effect).where(Effect.kind == EffectKind.SMS))
        [message] = await texts.thread(session, mira, greta.id)
        assert ("https://nordlicht.example" in message.body, message.state) == (True, "pending")
    await courier.deliver(effect, NOW)
    async with database.transaction() as session:
        [message] = await texts.thread(session, mira, greta.id)
        assert (message.state, message.sid is not None) == ("sent", True)


async def test_a_mobile_caller_gets_the_link_at_once(database: Database) -> None:
    async with database.transaction() as session:
        await people.add_contact(session, phone=MOBILE)
    async with answering(database, line({"first": LINK})) as product:
        phone = await Phone(product, number=MOBILE).arrive()
        assert phone.heard == "Ich sende Ihnen den Link per SMS. Vielen Dank für Ihren Anruf. Auf Wiederhören."
        written = "Nordlicht Haustechnik: Ihr Termin unter https://nordlicht.example/termin?von=C-1001&call=CALL-1"
        assert await _texts(database) == [{"to": MOBILE, "text": written}]
        async with database.transaction() as session:
            [used] = await session.scalars(select(ConsentUse))
        assert (used.contact_id, used.purpose, used.number) == (1001, "service", MOBILE)


@pytest.mark.parametrize("number", [GRETA, "anonymous"])
async def test_who_has_no_number_that_takes_texts_is_asked_for_one(database: Database, number: str) -> None:
    nodes = {"first": {**LINK, "goto": "bye"}, "bye": {"do": "hang-up", "prompt": text("Bis bald.")}}
    async with answering(database, line(nodes)) as product:
        phone = await Phone(product, number=number).arrive()
        assert phone.heard.startswith("Bitte geben Sie die Nummer Ihres Mobiltelefons ein.")
        for refused in ("03023125011", "00447911123456"):
            assert (await phone.press(refused)).heard.startswith("Diese Nummer kann ich nicht verwenden.")
        await (await phone.press("015123456789")).press("1")
        assert phone.heard == "Ich sende Ihnen den Link per SMS. Bis bald."
        assert [sent["to"] for sent in await _texts(database)] == [MOBILE]


async def test_who_refused_texts_gets_none_also_when_another_types_the_number(database: Database) -> None:
    async with database.transaction() as session:
        greta = await people.add_contact(session, phone=MOBILE)
        await consents.state(session, SYSTEM, greta.id, Channel.SMS, Purpose.SERVICE, NOW, is_given=False, wording="")
    nodes = {"first": {**LINK, "else": "bye"}, "bye": {"do": "hang-up", "prompt": text("Schade.")}}
    async with answering(database, line(nodes)) as product:
        phone = await Phone(product, number=MOBILE).arrive()
        assert phone.heard == "Sie haben uns gebeten, Ihnen keine SMS zu senden. Schade."
        other = await Phone(product, "CA2", "anonymous").arrive()
        await (await other.press("015123456789")).press("1")
        assert other.heard.endswith("Schade.")
    assert await _texts(database) == []


async def test_a_caller_gets_one_text_however_often_they_ask(sqlite_database: Database) -> None:
    menu = {"do": "menu", "prompt": text("Für den Link die 1."), "options": [{"key": "1", "goto": "link"}]}
    nodes = {"first": {**menu, "else": "voicemail"}, "link": {**LINK, "goto": "first"}}
    async with answering(sqlite_database, line(nodes)) as product:
        phone = await Phone(product, number=MOBILE).ring()
        for _time in range(3):
            await phone.press("1")
    assert len(await _texts(sqlite_database)) == 1


async def test_who_gives_no_number_is_led_on(sqlite_database: Database) -> None:
    async with answering(sqlite_database, line({"first": LINK})) as product:
        phone = await Phone(product, number="anonymous").arrive()
        for _time in range(3):
            await phone.keep_silent()
        assert phone.document[-1].tag == "Hangup"
        assert phone.document.find("Record") is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"link": "http://nordlicht.example"}, "should match pattern"),
        ({"link": "https://nordlicht.example/{agent.name}"}, "nothing fills {agent.name}"),
        ({"link": "https://nordlicht.example/{link}"}, "a link cannot hold itself"),
        ({"text": text("Hier ist er")}, "the de text lacks {link}"),
        ({"text": {"de": "{link}"}}, "has no text in: en"),
    ],
)
def test_a_link_that_cannot_be_sent_is_refused(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint.replace("{", r"\{").replace("}", r"\}")):
        line({"first": {**LINK, **change}})
