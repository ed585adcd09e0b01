"""People in Slack and Telegram, with a Rasa server that understands them or leads the conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.fakes.slack import FakeSlack
from bot.fakes.telegram import FakeTelegram
from crm_core.agents import SYSTEM
from crm_core.callcenter.pins import AgentPin
from crm_core.company import Company
from crm_core.conversation import Conversation
from crm_core.db import Database
from crm_core.inbox import Receipt
from crm_core.outbox import Effect, EffectKind
from crm_core.support import tickets
from crm_core.support.tickets import Ticket
from tests import people
from tests.people import NOW
from tests.ports import free_port
from tests.product import Product, running
from tests.webhooks.rasa.calls import TOKEN, call
from tests.webhooks.rasa.rasa_server import RasaServer, parsed

SECRET, BOT = "signing-secret", "xoxb-token"
SENTENCE = "could somebody kindly grab the first one in the list"


@dataclass(slots=True)
class Team:
    product: Product
    slack: FakeSlack
    rasa: RasaServer
    mira: str

    async def says(self, text: str) -> Any:
        """Mira, in her direct channel; the answer."""
        direct = self.slack.direct_channel(self.mira)
        await self.slack.message(self.mira, direct, text)
        await self.product.work()
        return self.slack.channel_messages(direct)[-1]

    async def presses(self, message: Any, label: str) -> Any:
        direct = self.slack.direct_channel(self.mira)
        await self.slack.press(self.mira, direct, message.ts, label)
        await self.product.work()
        return self.slack.channel_messages(direct)[-1]

    async def owner(self) -> int | None:
        async with self.product.database.transaction() as session:
            return (await session.get_one(Ticket, 1)).assignee_id


@asynccontextmanager
async def _team(database: Database, company: Company, mode: str, **more: object) -> AsyncIterator[Team]:
    async with FakeSlack(SECRET, BOT) as slack, RasaServer() as rasa:
        mira = slack.add_user("Mira", "mira@example.com")
        company = company.model_copy(update={"cards": []})
        database.works_for(company)
        async with database.transaction() as session:
            await people.add_agent(session, "Mira Okafor", slack=mira)
            await tickets.open_ticket(session, SYSTEM, subject="Heating is cold", now=NOW)
        settings = {
            "slack_bot_token": SecretStr(BOT),
            "slack_signing_secret": SecretStr(SECRET),
            "slack_api_url": slack.api_url,
            "rasa_url": rasa.url,
            "rasa_mode": mode,
            "rasa_action_token": SecretStr(TOKEN),
            **more,
        }
        async with running(database, company, lambda: datetime.now(UTC), **settings) as product:
            slack.events_url = str(product.client.make_url("/slack/events"))
            rasa.actions_url = str(product.client.make_url(f"/rasa/webhook?token={TOKEN}"))
            yield Team(product, slack, rasa, mira)


@pytest.fixture
async def understood(sqlite_database: Database, company: Company) -> AsyncIterator[Team]:
    async with _team(sqlite_database, company, "understand") as found:
        yield found


@pytest.fixture
async def driven(database: Database, company: Company) -> AsyncIterator[Team]:
    async with _team(database, company, "drive") as found:
        yield found


async def test_what_no_example_says_is_understood_by_rasa(understood: Team) -> None:
    understood.rasa.parsed[SENTENCE] = parsed("ticket.claim", 0.98, ticket="T-1")
    assert "T-1" in (await understood.says(SENTENCE)).text
    assert await understood.owner() is not None


async def test_a_change_that_rasa_is_not_sure_of_waits_for_a_press(understood: Team) -> None:
    understood.rasa.parsed[SENTENCE] = parsed("ticket.claim", 0.7, ticket="T-1")
    answer = await understood.says(SENTENCE)
    assert await understood.owner() is None
    await understood.presses(answer, "Yes")
    assert await understood.owner() is not None


async def test_what_rasa_does_not_know_is_asked_back(understood: Team) -> None:
    understood.rasa.parsed[SENTENCE] = parsed("nlu_fallback", 0.3, "ticket.next", "deal.pipeline")
    answer = await understood.says(SENTENCE)
    assert await understood.owner() is None
    assert "next" in str(answer.blocks)


async def test_an_argument_that_rasa_has_not_heard_is_asked_for(understood: Team) -> None:
    understood.rasa.parsed[SENTENCE] = parsed("ticket.claim", 0.98)
    assert (await understood.says(SENTENCE)).text == "Which ticket? For example T-7."
    await understood.says("T-1")
    assert await understood.owner() is not None


async def test_without_rasa_people_are_understood_as_ever(understood: Team) -> None:
    understood.rasa.status = 500
    assert "nearest" not in (await understood.says(SENTENCE)).text
    await understood.says("claim T-1")
    assert await understood.owner() is not None


async def test_what_is_said_is_handed_to_the_server_that_drives(driven: Team) -> None:
    driven.rasa.calls[SENTENCE] = [call("action_ticket_claim", "", SENTENCE, "ticket.claim", ticket="T-1")]
    driven.rasa.says[SENTENCE] = [{"recipient_id": "x", "text": "T-1 is yours, says Rasa."}]
    assert (await driven.says(SENTENCE)).text == "T-1 is yours, says Rasa."
    assert [answer["status"] for answer in driven.rasa.carried_out] == [200]
    assert await driven.owner() is not None


async def test_a_sender_tells_nothing_and_stays_the_same(driven: Team) -> None:
    await driven.says("hello there")
    await driven.says("hello again")
    [sender] = driven.rasa.senders
    assert driven.mira not in sender
    assert len(sender) >= 32
    async with driven.product.database.transaction() as session:
        assert await session.scalar(select(Conversation.sender)) == sender


async def test_what_was_said_is_kept_by_us_no_longer_than_needed(driven: Team) -> None:
    await driven.says("Greta Sommer is on the phone")
    async with driven.product.database.transaction() as session:
        effects = await session.scalars(select(Effect.payload).where(Effect.kind == EffectKind.FORWARD))
        receipts = await session.scalars(select(Receipt.payload))
        assert "Greta" not in f"{effects.all()} {receipts.all()}"


async def test_a_button_of_rasa_comes_back_as_its_payload(driven: Team) -> None:
    payload = '/ticket.claim{"ticket": "T-1"}'
    driven.rasa.says["hello"] = [{"text": "Yes?", "buttons": [{"title": "Claim", "payload": payload}]}]
    driven.rasa.says[payload] = [{"text": "Done."}]
    assert (await driven.presses(await driven.says("hello"), "Claim")).text == "Done."
    assert [request["message"] for request in driven.rasa.heard] == ["hello", payload]


async def test_a_stale_button_is_not_handed_on(driven: Team) -> None:
    button = {"title": "Claim", "payload": '/ticket.claim{"ticket": "T-1"}', "record": "T-1", "version": 0}
    driven.rasa.says["hello"] = [{"text": "Yes?", "buttons": [button]}]
    answer = await driven.presses(await driven.says("hello"), "Claim")
    assert "T-1" in answer.text
    assert [request["message"] for request in driven.rasa.heard] == ["hello"]


async def test_nobody_types_an_intent_or_a_restart(driven: Team) -> None:
    await driven.says(" //restart")
    assert [request["message"] for request in driven.rasa.heard] == ["restart"]


@pytest.mark.parametrize("said", [["my pin is 471199"], ["change my pin", "471199"]])
async def test_a_pin_never_leaves_the_house(driven: Team, said: list[str]) -> None:
    for line in said:
        await driven.says(line)
    assert driven.rasa.heard == []
    async with driven.product.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(AgentPin)) == 1


async def test_a_server_that_is_not_there_does_not_silence_us(driven: Team) -> None:
    driven.rasa.token = "another"
    await driven.says("claim T-1")
    assert await driven.owner() is not None


async def test_a_button_works_without_the_server_that_drew_it(driven: Team) -> None:
    payload = '/ticket.claim{"ticket": "T-1"}'
    driven.rasa.says["hello"] = [{"text": "Yes?", "buttons": [{"title": "Claim", "payload": payload}]}]
    answer = await driven.says("hello")
    driven.rasa.token = "another"
    await driven.presses(answer, "Claim")
    assert await driven.owner() is not None


async def test_who_gets_no_answer_is_told_to_look_and_nothing_is_said_twice(driven: Team) -> None:
    driven.rasa.hangs_up = True
    answer = await driven.says("claim T-1")
    assert "No answer came in time" in answer.text
    assert len(driven.rasa.heard) == 1
    assert await driven.owner() is None


async def test_nothing_said_by_rasa_is_no_silence(driven: Team) -> None:
    assert "No answer came in time" in (await driven.says("hello")).text


async def test_a_rasa_that_is_down_at_the_start_is_no_matter(sqlite_database: Database, company: Company) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    async with _team(sqlite_database, company, "drive", rasa_url=nobody) as team:
        await team.says("claim T-1")
        assert await team.owner() is not None


async def test_telegram_is_driven_as_well(sqlite_database: Database, company: Company) -> None:
    bot, secret = "1234567890:" + "A" * 35, "webhook-secret"
    async with FakeTelegram(bot, secret) as telegram, RasaServer(says={"hallo": [{"text": "Guten Tag."}]}) as rasa:
        lena = telegram.add_user("Lena Brandt", "lena", "de")
        settings = {
            "telegram_bot_token": SecretStr(bot),
            "telegram_webhook_secret": SecretStr(secret),
            "telegram_api_url": telegram.api_url,
            "rasa_url": rasa.url,
            "rasa_mode": "drive",
            "rasa_action_token": SecretStr(TOKEN),
        }
        async with running(sqlite_database, company, lambda: datetime.now(UTC), **settings) as product:
            telegram.webhook_url = str(product.client.make_url("/telegram"))
            await telegram.text(lena, "hallo")
            await product.work()
        assert telegram.chat_messages(lena)[-1].text == "Guten Tag."
