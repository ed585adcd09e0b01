"""A whole call centre in one process: the product behind a stand-in of Twilio, with a clock that only moves when told.

Each scenario runs plain and under chaos (webhooks repeated, shuffled, delayed or dropped, requests refused, answers
lost): what is left in the database must be the same.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select

from crm_core.agents import BUSY, Actor, Agent, Presence, Role
from crm_core.callcenter import calls, presence
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.callcenter.offers import Offer
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.recordings import Recording
from crm_core.callcenter.states import FINAL
from crm_core.company import Company, QueueRule
from crm_core.db import Database
from crm_core.lease import State
from crm_core.outbox import Effect
from crm_core.support.tickets import Ticket
from intents.ask import Ask
from intents.reply import Reply
from intents.router import answer
from telephony.simulator import Call as PhoneCall
from telephony.simulator import Chaos, FakeTwilio, NumberConfig
from tests import people
from tests.people import NOW, as_actor
from tests.ports import free_port
from webhooks.app import build_app, build_channels, build_worker
from webhooks.demo.transcriber import FakeTranscriber
from webhooks.runtime import Runtime
from webhooks.serve import listen
from webhooks.settings import Settings
from webhooks.worker import Worker

LINE = "+493023125100"
GRETA = "+493023125010"
PHONES = {"Mira Okafor": "+493023125201", "Jonas Weber": "+493023125202", "Lena Brandt": "+493023125203"}
# Longer than any wish, lease, check or delay of chaos: after it a call has its right end.
LONG = timedelta(minutes=12).total_seconds()


# A refused or lost request is made again or looked for within that time.
PATIENCE = 180


def seeds() -> list[int]:
    """Of the bad days. `make soak` asks for more of them."""
    return list(range(1, 1 + int(os.environ.get("SOAK_SEEDS", "1"))))


@dataclass
class CallCentre:
    database: Database
    company: Company
    twilio: FakeTwilio
    transcriber: FakeTranscriber
    runtime: Runtime
    worker: Worker
    actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def is_good_day(self) -> bool:
        return self.twilio.chaos is None

    @property
    def now(self) -> datetime:
        return self.twilio.clock.now()

    def rule(self, queue: str = "support", **rules: Any) -> None:
        changed = {**self.company.queues, queue: QueueRule(name={"de": queue, "en": queue}, **rules)}
        self._works_for(queues=changed)

    def set(self, **rules: Any) -> None:
        self._works_for(callcenter=self.company.callcenter.model_copy(update=rules))

    def close(self) -> None:
        """From now on the house is closed, but for a moment on Sundays."""
        self._works_for(hours=self.company.hours.model_copy(update={"open": {"sun": "03:00-04:00"}}))

    def _works_for(self, **changes: Any) -> None:
        self.company = self.company.model_copy(update=changes)
        self.runtime.company = self.company
        self.database.works_for(self.company)

    async def hire(self, *names: str, role: Role = Role.AGENT, on_duty: bool = True, **about: Any) -> None:
        for name in names:
            async with self.database.transaction() as session:
                agent = await people.add_agent(session, name, role, phone=PHONES[name])
                for column, value in about.items():
                    setattr(agent, column, value)
                await session.flush()
                self.actors[name] = as_actor(agent)
                if on_duty:
                    await presence.set_presence(session, self.actors[name], Presence.AVAILABLE, self.now)
            await self.later(1)

    async def call(self, number: str = GRETA) -> PhoneCall:
        return await self.twilio.dial(number, LINE)

    async def queued(self, number: str = GRETA) -> PhoneCall:
        """Somebody calls and wants to talk to a person."""
        caller = await self.call(number)
        await caller.press("0")
        return caller

    def phone(self, name: str) -> PhoneCall:
        return self.twilio.phone(PHONES[name])

    def rings(self, name: str) -> bool:
        """At this moment."""
        return self.twilio.ringing(PHONES[name]) is not None

    async def until(self, condition: Callable[[], bool], what: str = "it") -> None:
        """On a bad day things come late."""
        for _ in range(PATIENCE // 5):
            if condition():
                return
            await self.later(5)
        raise AssertionError(f"{what} did not come")

    async def rung(self, name: str) -> PhoneCall:
        await self.until(lambda: self.rings(name), f"the ringing of {name}'s phone")
        phone = self.twilio.ringing(PHONES[name])
        assert phone is not None
        return phone

    async def take(self, name: str) -> PhoneCall:
        """Pick up and press 1."""
        phone = await self.rung(name)
        await phone.answer()
        await phone.press("1")
        return phone

    async def talk(self, caller: PhoneCall, name: str) -> PhoneCall:
        """Both hear each other."""
        phone = await self.take(name)
        await self.until(lambda: phone.number in caller.hears, "the other voice")
        return phone

    async def say(self, name: str, text: str) -> Reply:
        """In chat."""
        async with self.database.transaction() as session:
            ask = Ask("terminal", f"terminal:{name}", name, text)
            reply = await answer(session, self.actors[name], ask, self.now)
        await self.twilio.settle()
        return reply

    async def later(self, seconds: float) -> None:
        await self.twilio.advance(seconds)

    async def end(self) -> None:
        """Until nothing is on its way any more, and whatever was not told was asked for."""
        await self.later(LONG)
        await self.twilio.catch_up()

    async def states(self) -> list[str]:
        async with self.database.transaction() as session:
            return list(await session.scalars(select(Call.state).order_by(Call.id)))

    async def the_call(self, call_id: int = 1) -> Call:
        async with self.database.transaction() as session:
            return await calls.lock_call(session, call_id)

    async def presence(self, name: str) -> str:
        async with self.database.transaction() as session:
            return (await session.scalars(select(Agent.presence).where(Agent.name == name))).one()

    async def tickets(self) -> list[str]:
        async with self.database.transaction() as session:
            return list(await session.scalars(select(Ticket.subject).order_by(Ticket.id)))

    async def count(self, model: Any) -> int:
        async with self.database.transaction() as session:
            return await session.scalar(select(func.count()).select_from(model)) or 0

    def dialled(self, number: str) -> int:
        """How often the product had this number rung."""
        return sum(call.to == number and not call.is_inbound for call in self.twilio.calls.values())

    async def records(self) -> dict[str, Any]:
        """What must be the same on a good day and on a bad one."""
        async with self.database.transaction() as session:
            found: dict[str, Any] = {
                "calls": await session.execute(select(Call.direction, Call.state, Call.disposition).order_by(Call.id)),
                "agents": await session.execute(select(Agent.name, Agent.presence).order_by(Agent.id)),
                "tickets": await session.execute(select(Ticket.subject, Ticket.status).order_by(Ticket.id)),
                "entries": await session.execute(select(QueueEntry.state).order_by(QueueEntry.id)),
                "voicemails": await session.execute(
                    select(Recording.transcript, Recording.unwritten).order_by(Recording.transcript)
                ),
                "open offers": await session.execute(select(Offer.id).where(Offer.ended_at.is_(None))),
            }
            return {name: [tuple(row) for row in rows] for name, rows in found.items()}

    async def open_legs(self) -> list[str]:
        async with self.database.transaction() as session:
            legs = await session.scalars(select(CallLeg))
            return [leg.state for leg in legs if not leg.is_over]

    async def _work(self) -> bool:
        return await self.worker.run_once()

    async def check(self) -> None:
        """What holds after every scenario: all is over, nobody is left busy, nothing was done that Twilio refuses."""
        assert await self.open_legs() == []
        states = set(await self.states())
        assert states <= set(FINAL), states
        async with self.database.transaction() as session:
            busy = await session.scalars(select(Agent.name).where(Agent.presence.in_(BUSY - {Presence.WRAP_UP})))
            assert list(busy) == []

    async def _next_due(self) -> datetime | None:
        async with self.database.transaction() as session:
            return await session.scalar(select(func.min(Effect.due_at)).where(Effect.state == State.PENDING))


@asynccontextmanager
async def open_centre(database: Database, company: Company, chaos: int | None) -> AsyncIterator[CallCentre]:
    """Always open, nobody on duty yet."""
    always = company.hours.model_copy(update={"open": {"mon-sun": "00:00-24:00"}, "region": None})
    company = company.model_copy(update={"hours": always, "cards": []})
    database.works_for(company)
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    bad_day = Chaos(chaos) if chaos is not None else None
    async with (
        FakeTwilio("AC" + "0" * 32, "twilio-auth-token", chaos=bad_day, start=NOW) as twilio,
        FakeTranscriber("sk-scenario") as transcriber,
    ):
        settings = Settings(
            _env_file=None,
            port=port,
            public_base_url=base_url,
            twilio_account_sid=twilio.account_sid,
            twilio_auth_token=SecretStr(twilio.auth_token),
            twilio_api_url=twilio.api_url,
            offhook_transcriber_url=transcriber.api_url,
            offhook_transcriber_key=SecretStr(transcriber.key),
        )
        runtime = Runtime(settings, company, database, twilio.clock.now)
        channels = build_channels(runtime)
        runner = await listen(build_app(runtime, channels, None), settings)
        twilio.numbers[LINE] = NumberConfig(
            f"{base_url}/twilio/voice",
            f"{base_url}/twilio/fallback",
            f"{base_url}/twilio/status",
            f"{base_url}/twilio/text",
        )
        worker = build_worker(runtime, channels)
        centre = CallCentre(database, company, twilio, transcriber, runtime, worker)
        await worker.begin()
        twilio.accompany(centre._work, centre._next_due)
        try:
            yield centre
        finally:
            await runner.cleanup()


Scenario = Callable[[CallCentre], Awaitable[None]]


def scenario(play: Scenario) -> Callable[[Path, Path, Company], Awaitable[None]]:
    """A test that plays it on a good day and on bad ones, and wants the same records in the end."""

    async def test(sqlite_template: Path, tmp_path: Path, company: Company) -> None:
        good = await _played(play, sqlite_template, tmp_path / "good.db", company, None)
        for seed in seeds():
            bad = await _played(play, sqlite_template, tmp_path / f"bad{seed}.db", company, seed)
            assert bad == good, f"chaos {seed}"

    test.__name__, test.__doc__, test.__module__ = play.__name__, play.__doc__, play.__module__
    return test


async def _played(play: Scenario, template: Path, file: Path, company: Company, chaos: int | None) -> dict[str, Any]:
    shutil.copy(template, file)
    database = Database(f"sqlite:///{file}", company)
    try:
        async with open_centre(database, company, chaos) as centre:
            await play(centre)
            await centre.end()
            await centre.check()
            if chaos is None:
                assert centre.twilio.errors == []
            assert centre.transcriber.refused == []
            return await centre.records()
    finally:
        await database.close()


async def restarted(centre: CallCentre) -> None:
    """Another process begins on the same database: what one does at its start, before anything else."""
    await centre.worker.begin()
    await centre.twilio.settle()
