from __future__ import annotations

import pytest
from sqlalchemy import select

from crm_core.activity import Activity
from crm_core.db import Database
from tests.telephony.lines import answering, line, text
from tests.telephony.phone import Phone

MENU = {"do": "menu", "prompt": text("Drücken Sie die 1."), "options": [{"key": "1", "goto": "on-call"}]}
ON_CALL = {"do": "transfer", "prompt": text("Einen Moment."), "to": "+493023125299", "else": "voicemail"}


async def test_what_is_said_on_the_way_is_heard_before_the_question(sqlite_database: Database) -> None:
    nodes = {
        "first": {"do": "say", "prompt": text("Heute ist Messe."), "goto": "second"},
        "second": {"do": "transfer", "prompt": text("Einen Moment."), "goto": "menu"},
        "menu": {**MENU, "options": [{"key": "1", "goto": "voicemail"}]},
    }
    async with answering(sqlite_database, line(nodes)) as product:
        phone = await Phone(product).arrive()
        assert phone.heard == "Heute ist Messe. Einen Moment. Drücken Sie die 1."
        await phone.press("*")
        assert phone.heard == "Drücken Sie die 1."


async def test_a_caller_is_put_through_and_the_other_end_hangs_up(database: Database) -> None:
    async with answering(database, line({"first": MENU, "on-call": ON_CALL})) as product:
        phone = await (await Phone(product).ring()).press("1")
        dial = phone.document.find("Dial")
        assert phone.heard == "Einen Moment."
        assert [number.text for number in dial] == ["+493023125299"]
        await phone.go(dial.get("action"), DialCallStatus="completed")
        assert phone.document[-1].tag == "Hangup"
        async with database.transaction() as session:
            done = await session.scalar(select(Activity.data).where(Activity.verb == "call.put-through"))
        assert done == {"to": "+493023125299"}


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled", ""])
async def test_where_nobody_answers_the_caller_is_led_on(sqlite_database: Database, status: str) -> None:
    async with answering(sqlite_database, line({"first": MENU, "on-call": ON_CALL})) as product:
        phone = await (await Phone(product).ring()).press("1")
        await phone.go(phone.document.find("Dial").get("action"), DialCallStatus=status)
        assert phone.heard.startswith("Dort meldet sich gerade niemand.")
        assert phone.document.find("Record") is not None


async def test_who_hung_up_while_it_rang_is_led_nowhere(sqlite_database: Database) -> None:
    async with answering(sqlite_database, line({"first": MENU, "on-call": ON_CALL})) as product:
        phone = await (await Phone(product).ring()).press("1")
        await phone.go(phone.document.find("Dial").get("action"), DialCallStatus="no-answer", CallStatus="completed")
        assert len(phone.document) == 0


async def test_a_menu_may_name_who_comes_after_three_misunderstandings(sqlite_database: Database) -> None:
    nodes = {"first": {**MENU, "else": "bye"}, "on-call": ON_CALL, "bye": {"do": "hang-up", "prompt": text("Tschüs.")}}
    async with answering(sqlite_database, line(nodes)) as product:
        phone = await Phone(product).ring()
        for _time in range(3):
            await phone.press("7")
        assert phone.heard == "Das habe ich leider nicht verstanden. Tschüs."
        assert phone.document[-1].tag == "Hangup"


async def test_after_a_ticket_the_line_goes_on_where_it_says(sqlite_database: Database) -> None:
    nodes = {"first": {"do": "open-ticket", "queue": "support", "goto": "bye"}, "bye": {"do": "hang-up"}}
    async with answering(sqlite_database, line(nodes)) as product:
        phone = await Phone(product).arrive()
        await (await phone.say("Der Boiler tropft")).press("1")
        assert "Ihre Vorgangsnummer ist T 1." in phone.heard
        assert phone.document[-1].tag == "Hangup"


async def test_a_message_is_asked_for_in_the_words_of_the_house(sqlite_database: Database) -> None:
    nodes = {"first": {"do": "voicemail", "prompt": text("Sprechen Sie jetzt.")}}
    async with answering(sqlite_database, line(nodes)) as product:
        assert (await Phone(product).arrive()).heard.startswith("Sprechen Sie jetzt.")
