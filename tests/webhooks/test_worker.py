import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import agents, inbox, lease, outbox
from crm_core.company import Company
from crm_core.db import Database
from crm_core.inbox import Receipt
from crm_core.lease import State
from crm_core.outbox import AnswerLost, Effect, EffectKind, TryLater, Undeliverable
from intents.understand.meant import Meant
from tests import people
from tests.people import NOW
from webhooks.runtime import Runtime
from webhooks.settings import Settings
from webhooks.worker import Worker


class Notebook:
    """A courier and a reader that write down what they were given, after doing `before` for each."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.given: list[int] = []
        self.before = before

    async def deliver(self, effect: Effect, now: datetime) -> None:
        self.given.append(effect.payload["number"])
        self.before()

    def said(self, receipt: Receipt) -> str | None:
        return str(receipt.payload["number"])

    async def work_off(self, session: AsyncSession, receipt: Receipt, now: datetime, meant: Meant | None) -> None:
        self.given.append(receipt.payload["number"])
        await people.add_agent(session, f"Agent {len(self.given)}")
        self.before()


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def _worker(database: Database, company: Company, notebook: Notebook, clock: Clock) -> Worker:
    runtime = Runtime(Settings(_env_file=None), company, database, clock)
    return Worker(runtime, {"slack": notebook}, {"slack": notebook, "twilio": notebook})


async def _enqueue(database: Database, kind: EffectKind, *numbers: int, address: str = "slack:C1") -> None:
    async with database.transaction() as session:
        for number in numbers:
            await outbox.enqueue(session, kind, address, {"number": number}, NOW)


async def _states(database: Database) -> list[str]:
    async with database.transaction() as session:
        return list(await session.scalars(select(Effect.state).order_by(Effect.id)))


async def _until_idle(worker: Worker) -> None:
    while await worker.run_once():
        pass


async def test_effects_of_one_conversation_are_carried_in_order(database: Database, company: Company) -> None:
    notebook = Notebook()
    await _enqueue(database, EffectKind.POST, 1, 2, 3)
    await _until_idle(_worker(database, company, notebook, Clock()))
    assert notebook.given == [1, 2, 3]
    assert await _states(database) == [State.DONE] * 3


async def test_nobody_waits_for_what_takes_minutes(database: Database, company: Company) -> None:
    heard, over = asyncio.Event(), asyncio.Event()

    class Slow:
        async def deliver(self, effect: Effect, now: datetime) -> None:
            heard.set()
            await over.wait()

    class Quick:
        async def deliver(self, effect: Effect, now: datetime) -> None:
            over.set()

    runtime = Runtime(Settings(_env_file=None), company, database, Clock())
    worker = Worker(runtime, {}, {"transcriber": Slow(), "slack": Quick()})
    await _enqueue(database, EffectKind.TRANSCRIBE, 1, address="transcriber:recording-1")
    running = asyncio.create_task(worker.run())
    await heard.wait()
    await _enqueue(database, EffectKind.POST, 2)
    runtime.woken.set()
    await over.wait()
    worker.stop()
    await running
    async with database.transaction() as session:
        of_ours = select(Effect.state).where(Effect.kind != EffectKind.TIMER)
        assert (await session.scalars(of_ours)).all() == [State.DONE] * 2


class Slow(Notebook):
    """Has one thing in hand until its lease was renewed, long after it would have run out."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__()
        self.database, self.clock = database, clock

    async def deliver(self, effect: Effect, now: datetime) -> None:
        self.clock.now += lease.LEASE + timedelta(seconds=1)
        async with asyncio.timeout(20):
            while not await self._is_renewed():
                await asyncio.sleep(0)
        await super().deliver(effect, now)

    async def _is_renewed(self) -> bool:
        async with self.database.transaction() as session:
            until = await session.scalar(select(Effect.lease_until))
        return until is not None and until > self.clock.now


async def test_what_takes_minutes_stays_with_who_is_at_it(
    database: Database, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.01)
    clock, other = Clock(), Notebook()
    slow = Slow(database, clock)
    await _enqueue(database, EffectKind.TRANSCRIBE, 1)
    await _until_idle(_worker(database, company, slow, clock))
    await _until_idle(_worker(database, company, other, clock))
    assert (slow.given, other.given) == ([1], [])
    assert await _states(database) == [State.DONE]


async def test_a_secret_is_forgotten_once_it_is_delivered_and_not_before(database: Database, company: Company) -> None:
    notebook = Notebook()
    async with database.transaction() as session:
        for kind, address, is_secret in (
            (EffectKind.POST, "slack:C1", True),
            (EffectKind.POST, "slack:C1", False),
            (EffectKind.POST, "fax:1", True),
        ):
            await outbox.enqueue(session, kind, address, {"number": 7}, NOW, is_secret=is_secret)
    await _until_idle(_worker(database, company, notebook, Clock()))
    assert notebook.given == [7, 7]
    async with database.transaction() as session:
        kept = (await session.execute(select(Effect.state, Effect.payload).order_by(Effect.id))).all()
    assert [tuple(row) for row in kept] == [
        (State.DONE, {}),
        (State.DONE, {"number": 7}),
        (State.DEAD, {"number": 7}),
    ]


async def test_patience_that_a_platform_asks_for_is_kept(database: Database, company: Company) -> None:
    def busy() -> None:
        raise TryLater("429", after=30)

    clock, notebook = Clock(), Notebook(busy)
    worker = _worker(database, company, notebook, clock)
    await _enqueue(database, EffectKind.POST, 1)
    await _until_idle(worker)
    clock.now += timedelta(seconds=29)
    await _until_idle(worker)
    assert notebook.given == [1]
    notebook.before = lambda: None
    clock.now += timedelta(seconds=1)
    await _until_idle(worker)
    assert (notebook.given, await _states(database)) == ([1, 1], [State.DONE])


async def test_what_cannot_be_delivered_becomes_a_dead_letter(database: Database, company: Company) -> None:
    def gone() -> None:
        raise Undeliverable("the channel was archived")

    await _enqueue(database, EffectKind.POST, 1)
    await _until_idle(_worker(database, company, Notebook(gone), Clock()))
    assert await _states(database) == [State.DEAD]


async def test_a_dial_whose_answer_was_lost_is_never_repeated(database: Database, company: Company) -> None:
    def lost() -> None:
        raise AnswerLost

    clock, notebook = Clock(), Notebook(lost)
    worker = _worker(database, company, notebook, clock)
    await _enqueue(database, EffectKind.DIAL, 1, address="twilio:call-1")
    await _until_idle(worker)
    clock.now += timedelta(days=1)
    await _until_idle(worker)
    assert (notebook.given, await _states(database)) == ([1], [State.UNKNOWN])


async def test_a_dial_that_a_killed_worker_had_begun_is_never_repeated(database: Database, company: Company) -> None:
    clock, notebook = Clock(), Notebook()
    await _enqueue(database, EffectKind.DIAL, 1, address="twilio:call-1")
    async with database.transaction() as session:
        [effect] = await lease.claim(session, Effect, NOW)
        assert await outbox.mark_attempted(session, effect, NOW)
    clock.now += lease.LEASE + timedelta(seconds=1)
    await _until_idle(_worker(database, company, notebook, clock))
    assert (notebook.given, await _states(database)) == ([], [State.UNKNOWN])


async def test_a_post_that_a_killed_worker_had_begun_is_repeated(database: Database, company: Company) -> None:
    clock, notebook = Clock(), Notebook()
    await _enqueue(database, EffectKind.POST, 1)
    async with database.transaction() as session:
        await lease.claim(session, Effect, NOW)
    clock.now += lease.LEASE + timedelta(seconds=1)
    await _until_idle(_worker(database, company, notebook, clock))
    assert (notebook.given, await _states(database)) == ([1], [State.DONE])


async def test_a_dial_that_the_carrier_did_not_process_is_tried_again(database: Database, company: Company) -> None:
    def busy() -> None:
        raise TryLater("20429", after=1)

    clock, notebook = Clock(), Notebook(busy)
    worker = _worker(database, company, notebook, clock)
    await _enqueue(database, EffectKind.DIAL, 1, address="twilio:call-1")
    await _until_idle(worker)
    notebook.before = lambda: None
    clock.now += timedelta(seconds=1)
    await _until_idle(worker)
    assert (notebook.given, await _states(database)) == ([1, 1], [State.DONE])


async def test_what_nobody_can_deliver_is_visible(database: Database, company: Company) -> None:
    await _enqueue(database, EffectKind.POST, 1, address="pigeon:roof")
    await _until_idle(_worker(database, company, Notebook(), Clock()))
    async with database.transaction() as session:
        [effect] = await session.scalars(select(Effect))
    assert (effect.state, effect.error) == (
        State.DEAD,
        "nothing is connected that could deliver to pigeon:roof",
    )


async def test_a_reader_that_fails_leaves_no_half_of_its_change(database: Database, company: Company) -> None:
    def fail() -> None:
        raise RuntimeError

    clock, notebook = Clock(), Notebook(fail)
    worker = _worker(database, company, notebook, clock)
    async with database.transaction() as session:
        await inbox.receive(session, "slack", "Ev1", "slack:C1", {"number": 1}, NOW)
    await _until_idle(worker)
    async with database.transaction() as session:
        assert await agents.count(session) == 0
    notebook.before = lambda: None
    clock.now += timedelta(minutes=1)
    await _until_idle(worker)
    async with database.transaction() as session:
        assert await agents.count(session) == 1
        assert (await session.scalars(select(Receipt.state))).all() == [State.DONE]
