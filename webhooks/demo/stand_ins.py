"""The services that the demo talks to: stand-ins on loopback, with secrets made anew at each start."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from bot.fakes.slack import FakeSlack
from bot.fakes.telegram import FakeTelegram
from crm_core import agents
from crm_core.agents import Agent
from crm_core.company import CardPlace, Company, Hours
from telephony.simulator import FakeTwilio, NumberConfig
from webhooks.demo.company import CHATTER
from webhooks.demo.transcriber import FakeTranscriber
from webhooks.settings import Settings

CHANNEL = "support"
SLACK_TEAM = ("Mira Okafor", "Jonas Weber")
SALESPERSON = "Lena Brandt"
TELEGRAM_NAME = "Lena"
WRAP_UP = timedelta(seconds=30)
AGENT_KEY = "#"
RATING_SMS = {
    "de": "Nordlicht Haustechnik: Wie war das Gespräch? Antworten Sie mit 1 (schlecht) bis 5 (sehr gut).",
    "en": "Nordlicht Building Services: how was the call? Reply with 1 (poor) to 5 (very good).",
}
ALWAYS = Hours(open={"mon-sun": "00:00-24:00"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One webhook that a stand-in delivered."""

    who: str
    what: str
    status: int
    milliseconds: float


@dataclass(slots=True)
class StandIns:
    """The running four, and who is who in them: Slack users by agent name, the team's channel, the salesperson."""

    slack: FakeSlack
    telegram: FakeTelegram
    twilio: FakeTwilio
    transcriber: FakeTranscriber
    slack_users: dict[str, str]
    slack_channel: str
    telegram_user: int
    telegram_secret: str
    seen: list[Seen] = field(default_factory=list)
    on_change: list[Callable[[], None]] = field(default_factory=list)

    def watch(self) -> None:
        """From now on every delivery is noted in its order, and every change is told."""
        self.slack.on_change.append(lambda _change: self._changed())
        self.telegram.on_change.append(lambda _change: self._changed())
        self.twilio.on_change.append(self._changed)

    def _changed(self) -> None:
        for who, deliveries in (("Slack", self.slack.deliveries), ("Telegram", self.telegram.deliveries)):
            for delivery in deliveries[self._count(who) :]:
                self.seen.append(Seen(who, delivery.kind, delivery.status, delivery.milliseconds))
        for call in self.twilio.deliveries[self._count("Twilio") :]:
            self.seen.append(Seen("Twilio", urlsplit(call.url).path, call.status, call.milliseconds))
        for observer in self.on_change:
            observer()

    def _count(self, who: str) -> int:
        return sum(seen.who == who for seen in self.seen)

    async def stop(self) -> None:
        await self.transcriber.stop()
        await self.twilio.stop()
        await self.telegram.stop()
        await self.slack.stop()


async def start(port: int, company: Company, simulator_key: str) -> StandIns:
    """Listening on loopback and pointed at the demo's own port; nothing is called yet."""
    base = f"http://127.0.0.1:{port}"
    slack = FakeSlack(secrets.token_hex(16), f"xoxb-{secrets.token_hex(12)}", f"{base}/slack/events")
    users = {name: slack.add_user(name, f"{name.split()[0].lower()}@example.com") for name in SLACK_TEAM}
    channel = slack.add_channel(CHANNEL, _card_channel(company))
    token = f"{secrets.randbelow(10**9) + 10**9}:{secrets.token_hex(17)}x"
    webhook_secret = secrets.token_urlsafe(24)
    telegram = FakeTelegram(token, webhook_secret, f"{base}/telegram")
    twilio = FakeTwilio(
        "AC" + secrets.token_hex(16), secrets.token_hex(16), real_time=True, simulator_key=simulator_key
    )
    twilio.numbers[company.phone.number] = NumberConfig(
        voice_url=f"{base}/twilio/voice",
        fallback_url=f"{base}/twilio/fallback",
        status_callback=f"{base}/twilio/status",
        sms_url=f"{base}/twilio/text",
    )
    lena = telegram.add_user(SALESPERSON, "lena", "de")
    name, account = CHATTER
    telegram.add_user(name, "priya", "en", user_id=account)
    transcriber = FakeTranscriber(secrets.token_hex(16))
    stand_ins = StandIns(slack, telegram, twilio, transcriber, users, channel, lena, webhook_secret)
    stand_ins.watch()
    await slack.start()
    await telegram.start()
    await twilio.start()
    await transcriber.start()
    return stand_ins


def settings(stand_ins: StandIns, port: int, database: Path, company_file: Path) -> Settings:
    """Nothing of the real environment's tokens: the demo talks to its stand-ins only."""
    slack, telegram, twilio = stand_ins.slack, stand_ins.telegram, stand_ins.twilio
    transcriber = stand_ins.transcriber
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{database}",
        host="127.0.0.1",
        port=port,
        public_base_url=f"http://127.0.0.1:{port}",
        offhook_config=company_file,
        slack_bot_token=SecretStr(slack.bot_token),
        slack_signing_secret=SecretStr(slack.signing_secret),
        slack_api_url=slack.api_url,
        telegram_bot_token=SecretStr(telegram.token),
        telegram_webhook_secret=SecretStr(stand_ins.telegram_secret),
        telegram_api_url=telegram.api_url,
        twilio_account_sid=twilio.account_sid,
        twilio_auth_token=SecretStr(twilio.auth_token),
        twilio_api_url=twilio.api_url,
        offhook_transcriber_url=transcriber.api_url,
        offhook_transcriber_key=SecretStr(transcriber.key),
        offhook_transcriber_model=transcriber.model,
    )


def _card_channel(company: Company) -> str:
    """The channel that the company's file names: a terminal beside the demo reads that file and posts there too."""
    places = [place.place.removeprefix("slack:") for place in company.cards if place.place.startswith("slack:")]
    return places[0] if places else ""


def adapted(company: Company, stand_ins: StandIns) -> Company:
    """Its cards go to the stand-in's channel, it is open and at work whenever somebody tries it, and what the file
    only shows how to switch on is on: the floor at a glance, a wrap-up, texts of its own, the key for colleagues.
    """
    kinds = [place.kinds for place in company.cards] or [["ticket", "call"]]
    place = CardPlace(place=f"slack:{stand_ins.slack_channel}", language="en", kinds=[*kinds[0], "floor"])
    shifts = [shift.model_copy(update={"hours": ALWAYS.open, "breaks": {}}) for shift in company.shifts]
    callcenter = company.callcenter.model_copy(update={"wrap_up": WRAP_UP, "rating_sms": RATING_SMS})
    phone = company.phone.model_copy(update={"agent_key": AGENT_KEY})
    more = {"cards": [place], "hours": ALWAYS, "shifts": shifts, "callcenter": callcenter, "phone": phone}
    return company.model_copy(update=more)


async def link_team(session: AsyncSession, stand_ins: StandIns, team: dict[str, Agent]) -> None:
    agent_times = {name: team[name].created_at for name in team}
    for name, account in stand_ins.slack_users.items():
        await agents.link(session, team[name], "slack", account, agent_times[name])
    await agents.link(session, team[SALESPERSON], "telegram", str(stand_ins.telegram_user), agent_times[SALESPERSON])
