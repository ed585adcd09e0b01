"""One call, one ticket, one claim, on every channel: each step through the public HTTP surface."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot import terminal
from crm_core.callcenter.calls import Call
from crm_core.callcenter.recordings import Recording
from crm_core.company import Company
from crm_core.db import Database
from crm_core.support.tickets import Ticket
from tests import people
from tests.journeys.stage import LINE, MIRA_PHONE, Stage, set_stage

GRETA = "+49 (0)30 23125010"


@pytest.fixture
async def stage(database: Database, company: Company) -> AsyncIterator[Stage]:
    async with set_stage(database, company) as found:
        async with database.transaction() as session:
            await people.add_contact(session, "Greta Sommer", "030 23125010", organisation="Bäckerei Sommer")
        yield found
        assert found.violations() == []
        assert found.twilio.errors == []


async def test_a_call_becomes_a_ticket_that_is_claimed_and_resolved(stage: Stage) -> None:
    call = await stage.twilio.dial("+493023125010", LINE)
    assert "Guten Tag, Greta Sommer." in call.heard
    await stage.work()
    assert "Greta Sommer" in json.dumps(stage.cards()[0].blocks, ensure_ascii=False)

    await call.press("2")
    await call.say("Die Backofenlüftung ist ausgefallen")
    assert "Die Backofenlüftung ist ausgefallen" in call.heard
    await call.press("1")
    await call.hang_up()
    await stage.work()
    card = next(message for message in stage.cards() if message.text.startswith("T-1"))
    assert "Backofen" in json.dumps(card.blocks)

    await asyncio.gather(
        stage.slack.press(stage.mira, stage.channel, card.ts, "Claim"),
        stage.slack.press(stage.jonas, stage.channel, card.ts, "Claim"),
    )
    await stage.work()
    answers = stage.whispers(stage.mira) + stage.whispers(stage.jonas)
    assert sum("T-1 is yours" in answer for answer in answers) == 1
    assert sum("claimed it" in answer for answer in answers) == 1

    await stage.telegram.text(stage.lena, "/pipeline")
    await stage.work()
    assert "Pipeline" in stage.telegram.chat_messages(stage.lena)[-1].text

    reply = await terminal.ask(stage.runtime.database, "Sam", "resolve T-1", stage.runtime.clock())
    assert "T-1 is resolved" in reply.text
    await stage.work()
    assert "resolved" in json.dumps(card.blocks)

    async with stage.runtime.database.transaction() as session:
        [ticket] = await session.scalars(select(Ticket))
        [recorded] = await session.scalars(select(Call))
    assert (ticket.status, ticket.call_id) == ("resolved", recorded.id)
    assert (recorded.state, recorded.carrier_status) == ("done", "completed")


async def test_a_caller_waits_an_agent_accepts_in_slack_and_both_talk(stage: Stage) -> None:
    caller = await stage.twilio.dial("+493023125010", LINE)
    await caller.press("3")
    assert "Sie sind als Nächstes dran." in caller.heard
    await stage.work()
    await stage.slack.press(stage.mira, stage.channel, stage.cards()[0].ts, "Accept")
    await stage.work()

    phone = stage.twilio.ringing(MIRA_PHONE)
    assert phone is not None
    await phone.settled()
    await phone.answer()
    assert "Call from Greta Sommer. Press 1 to take it." in phone.heard
    await phone.press("1")
    await stage.work()
    await caller.settled()
    assert (caller.hears, phone.hears) == ([phone.number], [caller.number])
    assert "talking" in json.dumps(stage.cards()[0].blocks)

    await phone.hang_up()
    await stage.work()
    await caller.settled()
    assert "Ihr Gespräch ist beendet." in caller.heard
    await caller.hang_up()
    await stage.work()
    async with stage.runtime.database.transaction() as session:
        assert (await session.scalars(select(Call.state))).all() == ["done"]


async def test_nobody_picks_up_and_the_caller_keeps_the_place(stage: Stage) -> None:
    caller = await stage.twilio.dial("+493023125010", LINE)
    await caller.press("3")
    await stage.work()
    await stage.slack.slash(stage.mira, stage.channel, "accept CALL-1")
    await stage.work()
    phone = stage.twilio.ringing(MIRA_PHONE)
    assert phone is not None
    await phone.settled()
    await phone.ignore()
    await stage.work()
    assert "Accept" in json.dumps(stage.cards()[0].blocks)
    await caller.hang_up()
    async with stage.runtime.database.transaction() as session:
        assert (await session.scalars(select(Call.state))).all() == ["abandoned"]


async def test_a_dial_whose_answer_is_lost_rings_once(stage: Stage) -> None:
    caller = await stage.twilio.dial("+493023125010", LINE)
    await caller.press("3")
    await stage.work()
    stage.twilio.fail_next(drop=True)
    await stage.slack.slash(stage.mira, stage.channel, "accept CALL-1")
    await stage.work()
    created = [request for request in stage.twilio.requests if request.path.endswith("/Calls.json")]
    assert len(created) == 1
    phone = stage.twilio.ringing(MIRA_PHONE)
    assert phone is not None
    await phone.settled()
    await phone.answer()
    await phone.press("1")
    await stage.work()
    await caller.settled()
    assert phone.hears == [caller.number]
    await caller.hang_up()


async def test_a_message_becomes_a_ticket_with_its_recording(stage: Stage) -> None:
    caller = await stage.twilio.dial("anonymous", LINE)
    await caller.press("4")
    await caller.press("#")
    await caller.say("Bitte rufen Sie mich zurück, meine Nummer ist 030 23125099")
    await caller.press("#")
    assert "T 1" in caller.heard
    await stage.work()
    async with stage.runtime.database.transaction() as session:
        [recording] = await session.scalars(select(Recording))
    assert recording.ticket_id == 1


async def test_who_hangs_up_in_the_middle_leaves_a_ticket(stage: Stage) -> None:
    caller = await stage.twilio.dial("+493023125010", LINE)
    await caller.press("2")
    await caller.begin_saying("Der Keller steht unter Wasser und")
    await caller.hang_up()
    async with stage.runtime.database.transaction() as session:
        assert (await session.scalars(select(Ticket.subject))).all() == ["Der Keller steht unter Wasser und"]
