"""The worker: takes what the inbox and the outbox hold, in conversation order, and hands it to readers and couriers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import hold, inbox, lease, outbox, timers
from crm_core.callcenter import checking
from crm_core.inbox import Receipt
from crm_core.lease import Leased, State
from crm_core.outbox import DELIVERY, SLOW, AnswerLost, Delivery, Effect, EffectKind, TryLater, Undeliverable
from intents.understand.meant import Meant
from webhooks import metrics
from webhooks.runtime import Runtime

POLL_SECONDS = 1.0
AT_ONCE = 10
SLOW_AT_ONCE = 2

log = structlog.get_logger()


class Reader(Protocol):
    """Understands the deliveries of one source."""

    def said(self, receipt: Receipt) -> str | None:
        """The words in it that may mean something."""

    async def work_off(self, session: AsyncSession, receipt: Receipt, now: datetime, meant: Meant | None) -> None:
        """In the transaction that marks the receipt done. `meant`: what the words were taken for before it."""


# What words mean, asked before the transaction is opened. None: what is built in understands them.
Listen = Callable[[str], Awaitable[Meant | None]]


class Courier(Protocol):
    """Carries effects to one platform. Opens its own short transactions; see crm_core.outbox for what it raises."""

    async def deliver(self, effect: Effect, now: datetime) -> None: ...


class LeaseLost(Exception):
    """Another worker took the row: whatever this transaction did must go."""


class Worker:
    """One a process. `readers` by source, `couriers` by the first part of an effect's address. `listen`: a server that
    understands, where there is one."""

    def __init__(
        self,
        runtime: Runtime,
        readers: Mapping[str, Reader],
        couriers: Mapping[str, Courier],
        listen: Listen | None = None,
    ) -> None:
        self._runtime = runtime
        self._readers = readers
        self._couriers = couriers
        self._listen = listen
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until `stop()`. A commit of this process wakes it at once; a poll finds what other processes left.

        What takes minutes is carried beside the rest, so that no call waits for it.
        """
        await self.begin()
        await asyncio.gather(
            self._until_stopped(self._pass, self._runtime.woken), self._until_stopped(self._slow_pass, self._stopping)
        )

    def stop(self) -> None:
        """What is in hand is finished; nothing new is taken."""
        self._stopping.set()
        self._runtime.woken.set()

    async def run_once(self) -> bool:
        """One pass over everything; True when there was something to do."""
        was_busy = await self._pass()
        return await self._slow_pass() or was_busy

    async def _pass(self) -> bool:
        self._runtime.woken.clear()
        now = self._runtime.clock()
        async with self._runtime.database.transaction() as session:
            receipts = await lease.claim(session, Receipt, now, AT_ONCE)
            is_held = await hold.current(session) is not None
            effects = [] if is_held else await lease.claim(session, Effect, now, AT_ONCE, Effect.kind.not_in(SLOW))
        await self._carry_out(receipts, effects)
        return bool(receipts or effects)

    async def _slow_pass(self) -> bool:
        async with self._runtime.database.transaction() as session:
            if await hold.current(session) is not None:
                return False
            wanted = Effect.kind.in_(SLOW)
            effects = await lease.claim(session, Effect, self._runtime.clock(), SLOW_AT_ONCE, wanted)
        await self._carry_out([], effects)
        return bool(effects)

    async def _carry_out(self, receipts: Sequence[Receipt], effects: Sequence[Effect]) -> None:
        renewing = asyncio.create_task(self._renew([*receipts, *effects]))
        try:
            await asyncio.gather(
                *(self._work_off(receipt) for receipt in receipts), *(self._carry(effect) for effect in effects)
            )
        finally:
            renewing.cancel()

    async def begin(self) -> None:
        """What repeats itself is planned; calls that went on while nobody listened are asked about."""
        now = self._runtime.clock()
        async with self._runtime.database.transaction() as session:
            if self._runtime.database.is_sqlite:
                await lease.release_all(session, Receipt)
                await lease.release_all(session, Effect)
            await timers.plan_chains(session, now)
            await checking.check_all(session, now, settled_after=timedelta(0))

    async def _until_stopped(self, one_pass: Callable[[], Awaitable[bool]], woken: asyncio.Event) -> None:
        while not self._stopping.is_set():
            try:
                busy = await one_pass()
            except Exception:
                log.exception("worker.pass-failed")
                busy = False
            if not busy:
                await _rest(woken)

    async def _renew(self, rows: Sequence[Leased]) -> None:
        """While a slow platform is waited for. What is done meanwhile has no lease any more."""
        while True:
            await asyncio.sleep(lease.RENEW_SECONDS)
            try:
                async with self._runtime.database.transaction() as session:
                    for row in rows:
                        await lease.renew(session, row, self._runtime.clock())
            except Exception:
                log.exception("worker.renewal-failed")

    async def _work_off(self, receipt: Receipt) -> None:
        now, reader = self._runtime.clock(), self._readers[receipt.source]
        try:
            said = reader.said(receipt) if self._listen is not None else None
            meant = await self._listen(said) if self._listen is not None and said else None
            async with self._runtime.database.transaction() as session:
                await reader.work_off(session, receipt, now, meant)
                if not await lease.finish(session, receipt, now):
                    raise LeaseLost
        except LeaseLost:
            log.warning("inbox.lease-lost", receipt=receipt.id)
        except Undeliverable as error:
            await self._bury(receipt, str(error))
        except Exception as error:
            log.exception("inbox.failed", receipt=receipt.id, source=receipt.source, attempts=receipt.attempts)
            await self._retry(receipt, type(error).__name__)

    async def _carry(self, effect: Effect) -> None:
        try:
            if effect.kind == EffectKind.TIMER:
                await self._ring(effect)
            elif DELIVERY[EffectKind(effect.kind)] is Delivery.AT_MOST_ONCE:
                await self._carry_at_most_once(effect)
            else:
                await self._deliver(effect)
        except LeaseLost:
            log.warning("outbox.lease-lost", effect=effect.id)
        except AnswerLost:
            await self._mark(effect, State.UNKNOWN)
        except TryLater as error:
            metrics.EFFECTS.labels(effect.kind, "later").inc()
            await self._retry(effect, str(error), error.after)
        except Undeliverable as error:
            await self._bury(effect, str(error))
        except Exception as error:
            log.exception("outbox.failed", effect=effect.id, kind=effect.kind, attempts=effect.attempts)
            await self._retry(effect, type(error).__name__)

    async def _ring(self, effect: Effect) -> None:
        now = self._runtime.clock()
        async with self._runtime.database.transaction() as session:
            await timers.TIMERS[effect.payload["verb"]](session, effect.payload, now)
            if not await lease.finish(session, effect, now):
                raise LeaseLost
        self._runtime.woken.set()

    async def _carry_at_most_once(self, effect: Effect) -> None:
        """What was attempted before and not marked may have been sent: it is never sent again."""
        async with self._runtime.database.transaction() as session:
            first = await outbox.mark_attempted(session, effect, self._runtime.clock())
        if not first:
            raise AnswerLost
        try:
            await self._deliver(effect)
        except TryLater:
            # The platform said that it did not process the request.
            async with self._runtime.database.transaction() as session:
                await outbox.unmark_attempted(session, effect)
            raise

    async def _deliver(self, effect: Effect) -> None:
        courier = self._couriers.get(effect.address.partition(":")[0])
        if courier is None:
            raise Undeliverable(f"nothing is connected that could deliver to {effect.address}")
        await courier.deliver(effect, self._runtime.clock())
        await self._mark(effect, State.DONE)

    async def _mark(self, effect: Effect, state: State) -> None:
        metrics.EFFECTS.labels(effect.kind, state).inc()
        async with self._runtime.database.transaction() as session:
            if not await outbox.finish(session, effect, self._runtime.clock(), state):
                log.warning("outbox.lease-lost", effect=effect.id)

    async def _retry(self, row: Receipt | Effect, reason: str, after: float | None = None) -> None:
        async with self._runtime.database.transaction() as session:
            await lease.retry(session, row, self._runtime.clock(), reason, after)

    async def _bury(self, row: Receipt | Effect, reason: str) -> None:
        log.warning("dead-letter", table=row.__tablename__, row=row.id, reason=reason)
        async with self._runtime.database.transaction() as session:
            await lease.bury(session, row, self._runtime.clock(), reason)


async def _rest(woken: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(POLL_SECONDS):
            await woken.wait()
    except TimeoutError:
        return


async def waiting(session: AsyncSession, now: datetime) -> Mapping[str, int]:
    """Rows that are due and not done yet, for metrics and tests."""
    return {
        "inbox": await lease.count_due(session, inbox.Receipt, now),
        "outbox": await lease.count_due(session, outbox.Effect, now),
    }
