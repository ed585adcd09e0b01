from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot import terminal
from crm_core.agents import Actor, Presence, Proof
from crm_core.callcenter import presence, ratings, talks
from crm_core.callcenter.calls import Call
from crm_core.db import Database
from crm_core.errors import Invalid
from crm_core.support import tickets
from crm_core.support.satisfaction import Satisfaction
from tests import people
from tests.people import NOW, as_actor
from tests.telephony.lines import QUEUE, answering, line, text
from tests.telephony.phone import Phone

RATE: dict[str, Any] = {"do": "rate"}


async def _ratings(database: Database) -> tuple[list[int | None], list[int | None]]:
    """Of calls and of tickets."""
    async with database.transaction() as session:
        calls = (await session.scalars(select(Call.rating).order_by(Call.id))).all()
        return list(calls), list(await session.scalars(select(Satisfaction.rating)))


@pytest.mark.parametrize("answer", ["4", "Die Vier."])
async def test_a_caller_rates_the_call(database: Database, answer: str) -> None:
    async with answering(database, line({"first": RATE})) as product:
        phone = await Phone(product, number="anonymous").arrive()
        assert phone.heard == "Wie zufrieden sind Sie? Drücken Sie eine Taste von 1, gar nicht, bis 5, sehr."
        await (phone.press(answer) if len(answer) == 1 else phone.say(answer))
        assert phone.heard == "Vielen Dank für Ihre Antwort. Vielen Dank für Ihren Anruf. Auf Wiederhören."
        assert await _ratings(database) == ([4], [])
        async with database.transaction() as session:
            await people.add_agent(session)
        assert "Rating: 4 of 5" in (await terminal.ask(database, "Mira", "show CALL-1", NOW)).text


async def test_the_ticket_of_the_call_is_rated_once_it_is_resolved(database: Database) -> None:
    async with database.transaction() as session:
        greta, mira = await people.add_contact(session), as_actor(await people.add_agent(session))
    async with answering(database, line({"first": RATE})) as product:
        for sid, is_resolved in (("CA1", False), ("CA2", True)):
            phone = await Phone(product, sid).arrive()
            async with database.transaction() as session:
                call_id = await session.scalar(select(Call.id).where(Call.sid == sid))
                ticket = await tickets.open_ticket(
                    session, mira, subject="Kalt", contact_id=greta.id, call_id=call_id, now=NOW
                )
                if is_resolved:
                    await tickets.resolve(session, mira, ticket.id, NOW)
            await phone.press("5")
    assert await _ratings(database) == ([5, None], [5])


async def test_the_ticket_of_somebody_else_is_not_rated(database: Database) -> None:
    async with database.transaction() as session:
        greta, mira = await people.add_contact(session), as_actor(await people.add_agent(session))
        ticket = await tickets.open_ticket(session, mira, subject="Kalt", contact_id=greta.id, now=NOW)
        await tickets.resolve(session, mira, ticket.id, NOW)
    async with answering(database, line({"first": RATE})) as product:
        await Phone(product, number="anonymous").arrive()
        other = Actor(name="?", channel="phone", language="de", proof=Proof.NONE)
        async with database.transaction() as session:
            call = await session.get_one(Call, 1)
            await ratings.rate(session, other, call, 1, NOW, ticket.id)
            with pytest.raises(Invalid):
                await ratings.rate(session, other, call, 6, NOW)
    assert await _ratings(database) == ([1], [])


@pytest.mark.parametrize("key", ["6", "9", "#"])
async def test_what_is_no_rating_is_asked_for_again_and_silence_is_an_answer(
    sqlite_database: Database, key: str
) -> None:
    async with answering(sqlite_database, line({"first": RATE})) as product:
        phone = await (await Phone(product).arrive()).press(key)
        assert phone.heard.startswith("Das habe ich leider nicht verstanden. Wie zufrieden")
        await phone.keep_silent()
        assert phone.heard == "Vielen Dank für Ihren Anruf. Auf Wiederhören."
    assert await _ratings(sqlite_database) == ([None], [])


async def test_after_the_talk_the_caller_is_led_on(database: Database) -> None:
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session))
        await presence.set_presence(session, mira, Presence.AVAILABLE, NOW)
    rate = {"do": "rate", "prompt": text("War es gut?")}
    async with answering(database, line({"first": QUEUE, "rate": rate}, after="rate")) as product:
        phone = await Phone(product).arrive()
        async with database.transaction() as session:
            await talks.accept(session, mira, 1, NOW)
        agent = Phone(product, "CA-agent", "+493023125201")
        await (await agent.go("/twilio/agent?leg=1")).press("1")
        await agent.go("/twilio/leg?leg=1", CallStatus="completed")
        await phone.go("/twilio/farewell?call=1&effect=1")
        assert phone.heard.startswith("Ihr Gespräch ist beendet.")
        await phone.follow()
        assert phone.heard == "War es gut?"
        await phone.press("2")
        assert phone.document[-1].tag == "Hangup"
    assert await _ratings(database) == ([2], [])


async def test_without_anything_to_follow_the_talk_ends_as_before(sqlite_database: Database) -> None:
    async with answering(sqlite_database, line({"first": RATE})) as product:
        phone = await Phone(product).arrive()
        await (await phone.go("/twilio/farewell?call=1&effect=1")).follow()
        assert phone.heard == "Vielen Dank für Ihren Anruf. Auf Wiederhören."
