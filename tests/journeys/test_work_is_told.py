"""Whoever is to know of a task hears of it where they are; a talk leaves a draft of its hours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core import agents
from crm_core.agents import actor_of
from crm_core.company import Company
from crm_core.db import Database
from crm_core.projects import tasks
from crm_core.projects.hours import Hours
from tests.journeys.stage import LINE, MIRA_PHONE, Stage, set_stage


@pytest.fixture
async def stage(database: Database, company: Company) -> AsyncIterator[Stage]:
    async with set_stage(database, company) as stage:
        yield stage


async def _given(stage: Stage, name: str) -> None:
    async with stage.runtime.database.transaction() as session:
        sam = actor_of(await agents.find_agent(session, "Sam"), "terminal")
        now = stage.runtime.clock()
        task = await tasks.add_task(session, sam, title="Order <pump>", due_at=now + timedelta(days=1), now=now)
        await tasks.give(session, sam, task.id, await agents.find_agent(session, name), now)
    await stage.work()


async def test_in_slack_in_a_direct_message(stage: Stage) -> None:
    await _given(stage, "Jonas")
    [message] = stage.slack.channel_messages(stage.slack.workspace.direct_channel(stage.jonas))
    assert message.text == "TASK-1 is yours now."
    assert "Order &lt;pump&gt;" in str(message.blocks)
    assert stage.violations() == []


async def test_in_telegram_in_their_language(stage: Stage) -> None:
    await _given(stage, "Lena")
    [sent] = [call for call in stage.telegram.calls if call.method == "sendMessage"]
    assert sent.arguments["chat_id"] == stage.lena
    assert str(sent.arguments["text"]).startswith("TASK-1 liegt jetzt bei Ihnen.")
    assert stage.violations() == []


async def test_a_talk_leaves_a_draft_of_its_hours(stage: Stage) -> None:
    call = await stage.twilio.dial("+493023125010", LINE)
    await call.press("3")
    await stage.work()
    await stage.slack.slash(stage.mira, stage.channel, "accept CALL-1")
    await stage.work()
    leg = stage.twilio.ringing(MIRA_PHONE)
    assert leg is not None
    await leg.answer()
    await leg.press("1")
    await stage.work()
    await call.hang_up()
    await stage.work()
    async with stage.runtime.database.transaction() as session:
        drafts = [(entry.on, entry.state, entry.minutes) for entry in await session.scalars(select(Hours))]
    assert drafts == [("CALL-1", "draft", 1 + stage.runtime.company.projects.wrap_up_minutes)]
