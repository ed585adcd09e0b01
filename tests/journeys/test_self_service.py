"""A caller helps themselves: digits, a PIN, a transfer, as the telephone network sees it."""

from __future__ import annotations

import re

from crm_core.agents import SYSTEM
from crm_core.contacts import pins
from crm_core.db import Database
from crm_core.support import replies, tickets
from tests import people
from tests.journeys.stage import LINE, set_stage
from tests.people import NOW
from tests.telephony.lines import line, text

CONTRACT = {"do": "collect-digits", "name": "contract", "prompt": text("Vertragsnummer?"), "goto": "on-call"}
ON_CALL = {"do": "transfer", "to": "+493023125299", "else": "voicemail"}
MENU = {
    "do": "menu",
    "prompt": text("Anliegen 1, Bereitschaft 2."),
    "options": [{"key": "1", "goto": "tickets"}, {"key": "2", "goto": "contract"}],
}
NODES = {"first": MENU, "tickets": {"do": "my-tickets"}, "contract": CONTRACT, "on-call": ON_CALL}


async def test_a_contract_number_and_the_fitter_who_does_not_answer(database: Database) -> None:
    async with set_stage(database, line(NODES)) as stage:
        call = await stage.twilio.dial("+493023125010", LINE)
        await call.press("2")
        await call.press("4711#")
        assert "Ich habe verstanden: 4 7 1 1." in call.heard
        await call.press("1")
        assert call.doing == "hearing it ring"
        assert stage.twilio.phone("+493023125299").doing == "ringing"
        await stage.twilio.advance(60)
        assert "Dort meldet sich gerade niemand." in call.heard
        await call.hang_up()
        assert stage.violations() == []
        assert stage.twilio.errors == []


async def test_a_pin_comes_by_sms_and_opens_what_was_written(database: Database) -> None:
    async with set_stage(database, line(NODES)) as stage:
        async with database.transaction() as session:
            greta = await people.add_contact(session)
            ticket = await tickets.open_ticket(session, SYSTEM, subject="Kalt", contact_id=greta.id, now=NOW)
            await replies.reply(session, SYSTEM, ticket.id, "Wir kommen um zwei", NOW)
            await pins.set_pin(session, SYSTEM, greta.id, NOW)
        await stage.work()
        sms = stage.twilio.handset("+493023125010").texts[-1]
        [pin] = re.findall(rf"\b\d{{{pins.DIGITS}}}\b", sms.body)
        call = await stage.twilio.dial("+493023125010", LINE)
        await call.press("113")
        await call.press(pin)
        assert "Wir kommen um zwei" in call.heard
        await call.hang_up()
        assert stage.violations() == []
        assert stage.twilio.errors == []
