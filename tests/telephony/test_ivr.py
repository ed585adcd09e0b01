import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from crm_core.activity import Activity
from crm_core.agents import Actor, Presence
from crm_core.callcenter import calls, presence, queues, talks
from crm_core.callcenter.callback_requests import CallbackRequest
from crm_core.callcenter.calls import Call
from crm_core.company import Company, MyTickets, Voicemail
from crm_core.db import Database
from crm_core.support import tickets
from crm_core.support.tickets import Ticket
from tests import people
from tests.people import NOW, as_actor
from tests.product import Product, running
from tests.telephony.phone import GRETA, LINE, Phone


@pytest.fixture
async def product(database: Database, company: Company) -> AsyncIterator[Product]:
    async with running(database, company) as started:
        yield started


@pytest.fixture
async def on_sqlite(sqlite_database: Database, company: Company) -> AsyncIterator[Product]:
    async with running(sqlite_database, company) as started:
        yield started


async def _all(product: Product, column: Any) -> list[Any]:
    async with product.database.transaction() as session:
        return list((await session.scalars(select(column))).all())


async def _available(product: Product, name: str = "Mira Okafor") -> Actor:
    async with product.database.transaction() as session:
        mira = as_actor(await people.add_agent(session, name))
        await presence.set_presence(session, mira, Presence.AVAILABLE, NOW)
        return mira


async def _greta_with_tickets(product: Product, *subjects: str) -> None:
    async with product.database.transaction() as session:
        greta = await people.add_contact(session)
        mira = as_actor(await people.add_agent(session, "Jonas Weber"))
        for subject in subjects:
            await tickets.open_ticket(session, mira, subject=subject, contact_id=greta.id, now=NOW)


async def test_a_key_can_be_said(on_sqlite: Product) -> None:
    phone = await (await Phone(on_sqlite).ring()).say("Die Zwei.")
    assert "in Ihren eigenen Worten" in phone.heard


@pytest.mark.parametrize("word", ["English", "englisch bitte"])
async def test_english_can_be_said(on_sqlite: Product, word: str) -> None:
    phone = await (await Phone(on_sqlite).ring()).say(word)
    assert "For your tickets press 1" in phone.heard


async def test_a_problem_told_to_the_menu_is_read_back_at_once(product: Product) -> None:
    phone = await (await Phone(product).ring()).say("Ich habe ein Problem, die Heizung ist seit gestern kalt")
    assert "Sie haben gesagt: Ich habe ein Problem, die Heizung ist seit gestern kalt." in phone.heard
    await phone.press("1")
    assert await _all(product, Ticket.subject) == ["Ich habe ein Problem, die Heizung ist seit gestern kalt"]


async def test_who_only_says_open_a_ticket_is_asked_what_it_is_about(on_sqlite: Product) -> None:
    phone = await (await Phone(on_sqlite).ring()).say("Ticket anlegen")
    assert "in Ihren eigenen Worten" in phone.heard


@pytest.mark.parametrize("sentence", ["Hilfe", "link ABCDEFGH", "verfügbar", "Pipeline", "Kontakte", "rückgängig"])
async def test_what_colleagues_say_means_nothing_on_the_phone(on_sqlite: Product, sentence: str) -> None:
    phone = await (await Phone(on_sqlite).ring()).say(sentence)
    assert phone.heard.startswith("Das habe ich leider nicht verstanden.")


async def test_a_stranger_hears_nothing_of_anothers_ticket(product: Product) -> None:
    await _greta_with_tickets(product, "Geheime Heizung")
    phone = await (await Phone(product, number="+493023125077").ring()).say("Status T-1")
    assert "Geheim" not in phone.heard


async def test_naming_a_colleague_while_telling_is_no_wish_to_leave(on_sqlite: Product) -> None:
    await _available(on_sqlite)
    phone = await (await Phone(on_sqlite).ring()).press("2")
    await phone.say("Ihr Mitarbeiter hat mir gestern gesagt, dass die Heizung wieder geht")
    assert "Sie haben gesagt: Ihr Mitarbeiter" in phone.heard


async def test_who_asks_for_a_person_while_telling_leaves_no_ticket(product: Product) -> None:
    await _available(product)
    phone = await (await Phone(product).ring()).press("2")
    await phone.begin_saying("Mitarbeiter")
    await phone.say("Mitarbeiter bitte")
    assert phone.enqueue is not None
    await phone.hang_up()
    assert await _all(product, Ticket.id) == []


async def test_what_was_said_last_may_arrive_after_the_hang_up(product: Product) -> None:
    phone = await (await Phone(product).ring()).press("2")
    await phone.hang_up()
    await phone.begin_saying("Der Keller steht unter Wasser")
    await phone.begin_saying("Der Keller steht unter Wasser und", 1)
    assert await _all(product, Ticket.subject) == ["Der Keller steht unter Wasser"]


async def test_telling_anew_begins_with_nothing(product: Product) -> None:
    phone = await (await Phone(product).ring()).press("2")
    first = phone.document.find(".//Gather").get("partialResultCallback")
    await phone.begin_saying("Die Heizung")
    await (await phone.say("Die Heizung ist ganz kalt")).press("2")
    assert phone.document.find(".//Gather").get("partialResultCallback") != first
    await phone.begin_saying("Die Heizung")
    await phone.hang_up()
    assert await _all(product, Ticket.subject) == ["Die Heizung"]


async def test_star_says_the_ticket_number_again(on_sqlite: Product) -> None:
    phone = await (await Phone(on_sqlite).ring()).press("2")
    await (await phone.say("Der Boiler tropft")).press("1")
    await phone.press("*")
    assert "Ihre Vorgangsnummer ist T 1." in phone.heard
    await phone.keep_silent()
    assert phone.document.find("Hangup") is not None


@pytest.mark.parametrize("keys", [["2"], ["1"]])
async def test_a_speech_of_many_pages_is_one_ticket(product: Product, keys: list[str]) -> None:
    phone = await (await Phone(product).ring()).press("2")
    await phone.say("Wasser " * 6000)
    if keys == ["1"]:
        await phone.press("1")
    await phone.hang_up()
    [ticket] = await _all(product, Ticket)
    assert ticket.subject.startswith("Wasser Wasser")
    assert await _all(product, Call.state) == ["done"]


async def test_nine_tickets_fit_the_keys(product: Product) -> None:
    await _greta_with_tickets(product, *(f"Anliegen {number}" for number in range(1, 12)))
    phone = await (await Phone(product).ring()).press("1")
    assert "Für Anliegen 11 drücken Sie die 1." in phone.heard
    await phone.press("9")
    assert "T 3: Anliegen 3." in phone.heard


async def test_a_ticket_is_chosen_by_what_it_is_about(product: Product) -> None:
    await _greta_with_tickets(product, "Heizung kalt", "Boiler tropft", "Rechnung falsch")
    phone = await (await Phone(product).ring()).press("1")
    await phone.say("Das mit dem Boiler")
    assert "T 2: Boiler tropft." in phone.heard
    await phone.press("7")
    assert phone.heard.startswith("Das habe ich leider nicht verstanden. T 2: Boiler tropft.")


async def test_silence_is_counted_and_ends_with_the_voicemail(on_sqlite: Product) -> None:
    phone = await Phone(on_sqlite).ring()
    for _time in range(3):
        await phone.keep_silent()
    assert [verb.tag for verb in phone.document][-1] == "Hangup"
    assert phone.document.find("Record") is not None


@pytest.mark.parametrize("digits", ["²", "٣", "x", "99999", "#"])
async def test_odd_keys_are_not_understood(product: Product, digits: str) -> None:
    await _greta_with_tickets(product, "Heizung kalt")
    phone = await (await Phone(product).ring()).press("1")
    await phone.press(digits)
    assert phone.heard.startswith("Das habe ich leider nicht verstanden.")


@pytest.mark.parametrize("said", ["a\x0bb", "\x01\x02", "\ufffe", "\U0001f600 Feuer"])
async def test_what_xml_cannot_hold_is_not_read_back(product: Product, said: str) -> None:
    phone = await (await Phone(product).ring()).press("2")
    await phone.say(said + " Wasser")
    assert "Wasser" in phone.heard


async def test_a_call_is_held_in_the_language_it_began_in(product: Product) -> None:
    await (await Phone(product).ring()).press("9")
    async with product.database.transaction() as session:
        await people.add_contact(session, language="de")
    phone = await Phone(product, "CA2").ring()
    assert "Hello, Greta Sommer." in phone.heard
    await phone.press("2")
    assert "in your own words" in phone.heard


@pytest.mark.parametrize("start", [Voicemail(do="voicemail"), MyTickets(do="my-tickets")])
async def test_a_line_may_begin_without_a_menu(sqlite_database: Database, company: Company, start: Any) -> None:
    phone_rules = company.phone.model_copy(
        update={"start": "first", "person": "voicemail", "nodes": {**company.phone.nodes, "first": start}}
    )
    other = company.model_copy(update={"phone": phone_rules})
    sqlite_database.works_for(other)
    async with running(sqlite_database, other) as product:
        phone = await Phone(product).ring()
        assert "Willkommen" in phone.heard
        await phone.go(phone.document.find("Redirect").text)
        assert phone.document.find("Record") is not None
        assert "nicht verstanden" not in phone.heard


async def _waiting(product: Product) -> tuple[Phone, str]:
    """A waiting caller and the address that Twilio calls when the wait is over."""
    phone = await (await Phone(product).ring()).press("3")
    ending = phone.enqueue.get("action")
    await phone.go(phone.enqueue.get("waitUrl"), QueuePosition="1")
    return phone, ending


async def test_nobody_waits_for_nobody(product: Product) -> None:
    mira = await _available(product)
    phone, ending = await _waiting(product)
    async with product.database.transaction() as session:
        await presence.set_presence(session, mira, Presence.AWAY, NOW)
    await phone.go(phone.document.find("Redirect").text, QueuePosition="1")
    assert phone.document.find("Leave") is not None
    await phone.go(ending, QueueResult="leave")
    assert "Gerade ist niemand frei." in phone.heard
    assert phone.document.find("Record") is not None


async def test_a_wish_to_be_called_back_holds_when_the_caller_hangs_up_at_once(product: Product) -> None:
    await _available(product)
    phone, _ending = await _waiting(product)
    await phone.press("1")
    await phone.hang_up()
    assert await _all(product, CallbackRequest.number) == [GRETA]
    assert await _all(product, Ticket.subject) == ["Rückruf für +49 30 23125010"]


async def test_who_withholds_the_number_is_asked_for_one(product: Product) -> None:
    await _available(product)
    phone = await (await Phone(product, number="anonymous").ring()).press("3")
    ending = phone.enqueue.get("action")
    await (await phone.go(phone.enqueue.get("waitUrl"))).press("1")
    await phone.go(ending, QueueResult="leave")
    assert "Bitte geben Sie die Nummer ein" in phone.heard
    await phone.press("03023125088")
    assert "Ich habe verstanden: 0 3 0 2 3 1 2 5 0 8 8." in phone.heard
    await phone.press("1")
    assert phone.heard == "Wir rufen Sie unter dieser Nummer zurück. Ihre Vorgangsnummer ist T 1. Auf Wiederhören."
    assert await _all(product, CallbackRequest.number) == ["+493023125088"]
    assert await _all(product, Ticket.subject) == ["Rückruf für +49 30 23125088"]


async def test_who_gives_no_number_is_asked_for_a_message(product: Product) -> None:
    await _available(product)
    phone = await (await Phone(product, number="anonymous").ring()).press("3")
    ending = phone.enqueue.get("action")
    await (await phone.go(phone.enqueue.get("waitUrl"))).press("1")
    await phone.go(ending, QueueResult="leave")
    for _time in range(3):
        await phone.keep_silent()
    assert "Ihre Nummer ist unterdrückt." in phone.heard
    assert phone.document.find("Record") is not None
    assert await _all(product, CallbackRequest.id) == []


@pytest.mark.parametrize("result", ["redirected", "bridged", "hangup", "bridging-in-process"])
async def test_who_was_taken_out_of_the_queue_hears_nothing_of_it(on_sqlite: Product, result: str) -> None:
    await _available(on_sqlite)
    phone, ending = await _waiting(on_sqlite)
    await phone.go(ending, QueueResult=result)
    assert len(phone.document) == 0


async def test_who_is_cut_off_twice_gets_back_to_the_front_twice(product: Product) -> None:
    mira = await _available(product)
    phone, _ending = await _waiting(product)
    for time in (1, 2):
        async with product.database.transaction() as session:
            await talks.accept(session, mira, 1, NOW)
        agent = Phone(product, f"CA-agent-{time}", "+493023125201")
        await (await agent.go(f"/twilio/agent?leg={time}")).press("1")
        assert agent.document.find("Dial/Conference") is not None
        await agent.go(f"/twilio/leg?leg={time}", CallStatus="completed")
        await (await phone.go(f"/twilio/farewell?call=1&effect={time}")).press("1")
        assert phone.enqueue is not None
        async with product.database.transaction() as session:
            assert (await calls.lock_call(session, 1)).state == "queued"
    assert await _all(product, queues.QueueEntry.state) == ["waiting"]


async def test_reports_of_both_legs_at_once_do_not_block_each_other(product: Product) -> None:
    for number in range(1, 9):
        agent = await _available(product, f"Agent {number}")
        phone = await (await Phone(product, f"CA{number}").ring()).press("3")
        assert phone.enqueue is not None
        async with product.database.transaction() as session:
            await talks.accept(session, agent, number, NOW)
    reports = [
        report
        for number in range(1, 9)
        for report in (
            product.twilio(f"/twilio/leg?leg={number}", CallSid=f"CL{number}", CallStatus="ringing"),
            product.twilio("/twilio/status", CallSid=f"CA{number}", CallStatus="completed"),
            product.twilio(f"/twilio/leg?leg={number}", CallSid=f"CL{number}", CallStatus="completed"),
        )
    ]
    answers = await asyncio.gather(*reports)
    assert {answer.status for answer in answers} == {200}
    assert set(await _all(product, Call.state)) == {"abandoned"}


async def test_a_call_whose_status_came_first_began_once(product: Product) -> None:
    phone = Phone(product)
    await phone.hang_up()
    await phone.ring()
    assert sorted(await _all(product, Activity.verb)) == ["call.ended", "call.started"]


@pytest.mark.parametrize("stamp", ["Mon, 01 Jan 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359"])
async def test_a_time_at_the_end_of_time_is_taken_calmly(product: Product, stamp: str) -> None:
    await Phone(product).ring()
    form = {"CallSid": "CA1", "CallStatus": "completed", "From": GRETA, "To": LINE, "Timestamp": stamp}
    assert (await product.twilio("/twilio/status", **form)).status == 200
