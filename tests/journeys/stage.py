"""The whole stage of a journey: the product over HTTP, and the four services' stand-ins around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from bot.fakes.slack import FakeSlack
from bot.fakes.telegram import FakeTelegram
from crm_core.agents import Presence, Role, actor_of
from crm_core.callcenter import presence
from crm_core.company import CardPlace, Company
from crm_core.db import Database
from telephony.simulator import Chaos, FakeTwilio, NumberConfig
from tests import people
from tests.contracts import slack as slack_contract
from tests.contracts import telegram as telegram_contract
from tests.contracts import twilio as twilio_contract
from tests.contracts import twiml as twiml_contract
from tests.people import NOW
from tests.ports import free_port
from webhooks.app import build_app, build_channels, build_worker
from webhooks.demo.transcriber import FakeTranscriber
from webhooks.runtime import Runtime
from webhooks.serve import listen
from webhooks.settings import Settings
from webhooks.worker import Worker

SLACK_SECRET, SLACK_TOKEN = "signing-secret", "xoxb-token"
TELEGRAM_TOKEN, TELEGRAM_SECRET = "1234567890:" + "A" * 35, "webhook-secret"
LINE = "+493023125100"
MIRA_PHONE = "+493023125201"


@dataclass(slots=True)
class Stage:
    runtime: Runtime
    worker: Worker
    slack: FakeSlack
    telegram: FakeTelegram
    twilio: FakeTwilio
    transcriber: FakeTranscriber
    mira: str
    jonas: str
    lena: int
    channel: str
    base_url: str

    async def work(self) -> None:
        while await self.worker.run_once():
            pass

    def cards(self) -> list[Any]:
        return [message for message in self.slack.channel_messages(self.channel) if not message.ephemeral_to]

    def whispers(self, user: str) -> list[str]:
        return [message.text for message in self.slack.messages if message.ephemeral_to == user]

    def violations(self) -> list[str]:
        """Every call made and every document written, against the published contracts."""
        found: list[str] = []
        for call in self.slack.calls:
            found += slack_contract.check(call.method, call.arguments)
        for sent in self.telegram.calls:
            found += telegram_contract.check(sent.method, sent.arguments)
        for request in self.twilio.requests:
            found += twilio_contract.check(request.method, request.path, request.form)
        for delivery in self.twilio.deliveries:
            if delivery.is_document and "<Response/>" not in delivery.body.decode():
                waits = "/twilio/wait" in delivery.url
                found += twiml_contract.check(delivery.body.decode(), place="queue-wait" if waits else "call")
        return found + [str(answer) for answer in self.transcriber.refused]


@asynccontextmanager
async def set_stage(database: Database, company: Company, chaos: Chaos | None = None) -> AsyncIterator[Stage]:
    """Mira and Jonas work from Slack, Lena sells from Telegram, Sam is the admin at the terminal.

    The product goes by the clock of the phone network: `stage.twilio.advance` is what makes it later.
    """
    async with (
        FakeSlack(SLACK_SECRET, SLACK_TOKEN) as slack,
        FakeTelegram(TELEGRAM_TOKEN, TELEGRAM_SECRET) as telegram,
        FakeTwilio("AC" + "0" * 32, "twilio-auth-token", chaos=chaos) as twilio,
        FakeTranscriber("sk-transcriber-key") as transcriber,
    ):
        mira, jonas = slack.add_user("Mira", "mira@example.com"), slack.add_user("Jonas", "jonas@example.com")
        channel, lena = slack.add_channel("support"), telegram.add_user("Lena Brandt", "lena", "de")
        always_open = company.hours.model_copy(update={"open": {"mon-sun": "00:00-23:59"}, "region": None})
        place = CardPlace(place=f"slack:{channel}", kinds=["ticket", "call"])
        company = company.model_copy(update={"cards": [place], "hours": always_open, "shifts": []})
        database.works_for(company)
        await _hire(database, mira, jonas, lena)
        port = free_port()
        base_url = f"http://127.0.0.1:{port}"
        address = {"public_base_url": base_url, "port": port}
        settings = _settings(slack, telegram, twilio, transcriber).model_copy(update=address)
        runtime = Runtime(settings, company, database, twilio.clock.now)
        channels = build_channels(runtime)
        runner = await listen(build_app(runtime, channels, None), settings)
        slack.events_url, telegram.webhook_url = f"{base_url}/slack/events", f"{base_url}/telegram"
        twilio.numbers[LINE] = NumberConfig(
            f"{base_url}/twilio/voice", f"{base_url}/twilio/fallback", f"{base_url}/twilio/status"
        )
        worker = build_worker(runtime, channels)
        yield Stage(runtime, worker, slack, telegram, twilio, transcriber, mira, jonas, lena, channel, base_url)
        await runner.cleanup()


async def _hire(database: Database, mira: str, jonas: str, lena: int) -> None:
    async with database.transaction() as session:
        agents = [
            await people.add_agent(session, "Mira Okafor", phone=MIRA_PHONE, slack=mira),
            await people.add_agent(session, "Jonas Weber", phone="+493023125202", slack=jonas),
        ]
        await people.add_agent(session, "Lena Brandt", Role.LEAD, language="de", telegram=str(lena))
        await people.add_agent(session, "Sam Carter", Role.ADMIN)
        for agent in agents:
            await presence.set_presence(session, actor_of(agent, "test"), Presence.AVAILABLE, NOW)


def _settings(slack: FakeSlack, telegram: FakeTelegram, twilio: FakeTwilio, transcriber: FakeTranscriber) -> Settings:
    return Settings(
        _env_file=None,
        slack_bot_token=SecretStr(SLACK_TOKEN),
        slack_signing_secret=SecretStr(SLACK_SECRET),
        slack_api_url=slack.api_url,
        telegram_bot_token=SecretStr(TELEGRAM_TOKEN),
        telegram_webhook_secret=SecretStr(TELEGRAM_SECRET),
        telegram_api_url=telegram.api_url,
        twilio_account_sid=twilio.account_sid,
        twilio_auth_token=SecretStr(twilio.auth_token),
        twilio_api_url=twilio.api_url,
        offhook_transcriber_url=transcriber.api_url,
        offhook_transcriber_key=SecretStr(transcriber.key),
    )
