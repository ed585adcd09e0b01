"""What no example says word by word is understood by a model, in chat and on the phone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from crm_core.company import Company
from crm_core.db import Database
from intents.understand.listener import Listener
from tests import people
from tests.intents.understand.ears import few_words
from tests.journeys.stage import LINE, Stage, set_stage


@pytest.fixture
async def stage(database: Database, company: Company, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    async def at_once(load: Callable[[], Listener]) -> Listener:
        return load()

    monkeypatch.setenv("UNDERSTANDING", "model")
    monkeypatch.setattr("webhooks.listening._learnt", few_words)
    monkeypatch.setattr("webhooks.listening._in_passing", at_once)
    async with set_stage(database, company) as found:
        async with database.transaction() as session:
            await people.add_contact(session, "Greta Sommer", "030 23125010")
        yield found
        assert found.violations() == []
        assert found.twilio.errors == []


async def test_an_agent_takes_a_ticket_in_words_of_their_own(stage: Stage) -> None:
    await stage.slack.slash(stage.mira, stage.channel, "open ticket The oven is cold")
    await stage.work()
    await stage.slack.slash(stage.mira, stage.channel, "ich kümmere mich um T-1")
    await stage.work()
    assert "T-1 gehört Ihnen: The oven is cold" in stage.whispers(stage.mira)[-1]


async def test_a_caller_asks_for_their_tickets_in_words_of_their_own(stage: Stage) -> None:
    call = await stage.twilio.dial("+493023125010", LINE)
    await call.press("2")
    await call.say("Die Backofenlüftung ist ausgefallen")
    await call.press("1")
    await call.hang_up()
    again = await stage.twilio.dial("+493023125010", LINE)
    await again.say("was ist denn nun aus meiner sache geworden")
    assert "Backofenlüftung" in again.heard
    await again.hang_up()
