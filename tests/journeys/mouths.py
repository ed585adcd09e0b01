"""One person with four mouths, Slack, Telegram, the terminal and the phone, before one running product."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from bot import terminal
from bot.fakes import slack_payloads as payloads
from bot.fakes.loopback import Delivery
from bot.fakes.slack import FakeSlack
from bot.fakes.telegram import FakeTelegram
from crm_core import agents
from crm_core.agents import actor_of
from crm_core.callcenter import pins
from crm_core.company import Company
from crm_core.db import Database
from intents.reply import Choices, Reply
from telephony.simulator import FakeTwilio, NumberConfig
from telephony.simulator.call import Call
from telephony.voice import spell
from tests.people import NOW
from tests.ports import free_port
from webhooks.app import build_app, build_channels, build_worker
from webhooks.demo import company as sample
from webhooks.runtime import Runtime
from webhooks.serve import listen
from webhooks.settings import Settings
from webhooks.worker import Worker

NAME, PHONE, PIN = "Lena Brandt", "+493023125203", "4713"
CHANNELS = ("slack", "telegram", "terminal", "phone")
SLACK_SECRET, SLACK_TOKEN = "signing-secret", "xoxb-token"
TELEGRAM_TOKEN, TELEGRAM_SECRET = "1234567890:" + "A" * 35, "webhook-secret"
_TAG = re.compile(r"<[^>]+>")


class Slack(FakeSlack):
    """By the clock of the tests: what is older than five minutes is refused."""

    async def deliver(self, body: bytes, content_type: str = payloads.JSON, **how: Any) -> Delivery:
        return await super().deliver(body, content_type, **({"timestamp": str(int(NOW.timestamp()))} | how))


def as_spoken(text: str) -> str:
    return spell(text)


@dataclass(slots=True)
class House:
    """The product on its port, and how to build it anew on the same database."""

    company: Company
    settings: Settings
    clock: Callable[[], Any]
    open_database: Callable[[], Database]
    database: Database
    worker: Worker = field(init=False)
    _runner: web.AppRunner = field(init=False)

    async def begin(self) -> None:
        runtime = Runtime(self.settings, self.company, self.database, self.clock)
        channels = build_channels(runtime)
        self._runner = await listen(build_app(runtime, channels, None), self.settings)
        self.worker = build_worker(runtime, channels)

    async def end(self) -> None:
        await self._runner.cleanup()

    async def restart(self) -> None:
        """Nothing but the database is left of what was."""
        await self.end()
        await self.database.close()
        self.database = self.open_database()
        await self.begin()

    async def work(self) -> None:
        while await self.worker.run_once():
            pass


@dataclass(slots=True)
class Mouths:
    house: House
    slack: FakeSlack
    telegram: FakeTelegram
    twilio: FakeTwilio
    account: str
    user: int
    channel: str = "terminal"
    answered: str = ""
    _reply: Reply | None = None
    _call: Call | None = None

    async def begin(self, channel: str) -> None:
        self.channel, self.answered, self._reply, self._call = channel, "", None, None
        if channel == "phone":
            self._call = await self.twilio.dial(PHONE, self.house.company.phone.number)
            await self._call.press("#")
            await self._call.press(f"{PIN}#")
            assert NAME in self._call.heard, self._call.heard

    async def end(self) -> None:
        for call in self.twilio.calls.values():
            await call.hang_up()

    async def say(self, text: str) -> None:
        match self.channel:
            case "slack":
                assert (await self.slack.slash(self.account, self._slack_channel, text)).status == 200
            case "telegram":
                await self.telegram.text(self.user, text)
            case "terminal":
                self._reply = await terminal.ask(self.house.database, NAME, text, self.house.clock())
            case _:
                await self._by_phone(lambda call: call.say(text))
        await self._listen()

    async def press(self, label: str) -> None:
        match self.channel:
            case "slack":
                await self.slack.press(self.account, self._slack_channel, self._last_in_slack().ts, label)
            case "telegram":
                message = self.telegram.chat_messages(self.user)[-1]
                await self.telegram.press(self.user, message.message_id, label)
            case "terminal":
                choice = next(one for one in self._choices() if one.label == label)
                self._reply = await terminal.press(self.house.database, NAME, choice, self.house.clock())
            case _:
                key = self._key(label)
                await self._by_phone(lambda call: call.press(key) if key else call.say(label))
        await self._listen()

    async def fill_in(self, values: dict[str, str]) -> None:
        """At once where there is a form; else one after the other."""
        if self.channel != "slack":
            for value in values.values():
                await self.say(value)
            return
        message = self._last_in_slack()
        send = next(
            label for _block, element in message.buttons() if (label := element["text"]["text"]) in {"Send", "Absenden"}
        )
        await self.slack.press(self.account, self._slack_channel, message.ts, send, values)
        await self._listen()

    @property
    def _slack_channel(self) -> str:
        return next(iter(self.slack.workspace.channels))

    def _last_in_slack(self) -> Any:
        return [message for message in self.slack.messages if message.ephemeral_to == self.account][-1]

    def _choices(self) -> list[Any]:
        parts = self._reply.parts if self._reply is not None else []
        return [choice for part in parts if isinstance(part, Choices) for choice in part.choices]

    def _key(self, label: str) -> str:
        """That was offered for it; "" when it was not."""
        offered = re.search(
            rf"(?:For|Für) {re.escape(as_spoken(label))},? (?:press|drücken Sie die) (\d)", self.answered
        )
        return offered[1] if offered else ""

    async def _by_phone(self, act: Callable[[Call], Any]) -> None:
        assert self._call is not None
        before = len(self._call.prompts)
        await act(self._call)
        self.answered = " ".join(prompt.text for prompt in self._call.prompts[before:])

    async def _listen(self) -> None:
        await self.house.work()
        match self.channel:
            case "slack":
                self.answered = html.unescape(self._last_in_slack().text)
            case "telegram":
                self.answered = html.unescape(_TAG.sub("", self.telegram.chat_messages(self.user)[-1].text))
            case "terminal":
                self.answered = self._reply.text if self._reply is not None else ""
            case _:
                pass


@asynccontextmanager
async def speaking(open_database: Callable[[], Database], company: Company) -> AsyncIterator[Mouths]:
    """The sample company at a Monday morning, with nothing said yet."""
    phone = company.phone.model_copy(update={"agent_key": "#"})
    company = company.model_copy(update={"phone": phone, "cards": []})
    async with (
        Slack(SLACK_SECRET, SLACK_TOKEN) as slack,
        FakeTelegram(TELEGRAM_TOKEN, TELEGRAM_SECRET) as telegram,
        FakeTwilio("AC" + "0" * 32, "twilio-auth-token", start=NOW) as twilio,
    ):
        account, user = slack.add_user(NAME, "lena@example.com"), telegram.add_user(NAME, "lena", "de")
        slack.add_channel("sales")

        def opened() -> Database:
            database = open_database()
            database.works_for(company)
            return database

        database = opened()
        await _fill(database, account, user)
        port = free_port()
        base_url = f"http://127.0.0.1:{port}"
        settings = Settings(
            _env_file=None,
            public_base_url=base_url,
            port=port,
            slack_bot_token=SecretStr(SLACK_TOKEN),
            slack_signing_secret=SecretStr(SLACK_SECRET),
            slack_api_url=slack.api_url,
            telegram_bot_token=SecretStr(TELEGRAM_TOKEN),
            telegram_webhook_secret=SecretStr(TELEGRAM_SECRET),
            telegram_api_url=telegram.api_url,
            twilio_account_sid=twilio.account_sid,
            twilio_auth_token=SecretStr(twilio.auth_token),
            twilio_api_url=twilio.api_url,
        )
        house = House(company, settings, twilio.clock.now, opened, database)
        await house.begin()
        slack.events_url, telegram.webhook_url = f"{base_url}/slack/events", f"{base_url}/telegram"
        hooks = (f"{base_url}/twilio/{path}" for path in ("voice", "fallback", "status"))
        twilio.numbers[company.phone.number] = NumberConfig(*hooks)
        await house.work()
        yield Mouths(house, slack, telegram, twilio, account, user)
        assert twilio.errors == []
        await house.end()
        await house.database.close()


async def _fill(database: Database, account: str, user: int) -> None:
    async with database.transaction() as session:
        await sample.fill(session, NOW)
        lena = await agents.find_agent(session, NAME)
        await agents.link(session, lena, "slack", account, NOW)
        await agents.link(session, lena, "telegram", str(user), NOW)
        await pins.set_pin(session, actor_of(lena, "test"), lena.id, PIN, NOW)
