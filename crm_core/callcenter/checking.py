"""Checking: what the carrier knows of calls, legs and recordings that should be over, and never told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import outbox
from crm_core.callcenter import calls, carrier, legs, recordings
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import LIVE, CallLeg, dial_key
from crm_core.callcenter.recordings import Recording
from crm_core.callcenter.states import LegState
from crm_core.lease import State
from crm_core.outbox import Effect, EffectKind

TIMER = "calls.check"
EVERY = timedelta(minutes=5)
LOOK = "call.look"
UNANSWERED = "leg.unanswered"
TOLD_WITHIN = timedelta(seconds=15)
SETTLED_AFTER = timedelta(seconds=30)


async def on_due(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """Plans its own next time."""
    await check_all(session, now)
    await plan(session, now)


async def plan(session: AsyncSession, now: datetime) -> None:
    """The key makes it one effect a time, however many processes there are."""
    number = int(now.timestamp() // EVERY.total_seconds()) + 1
    due = datetime.fromtimestamp(number * EVERY.total_seconds(), now.tzinfo)
    key = f"{TIMER}:{number}"
    await outbox.enqueue(session, EffectKind.TIMER, f"timer:{TIMER}", {"verb": TIMER}, now, due_at=due, dedupe_key=key)


async def check_all(session: AsyncSession, now: datetime, *, settled_after: timedelta = SETTLED_AFTER) -> None:
    """Everything that is not over, but for calls and recordings of the last moment: they are being reported."""
    for call in await calls.open_calls(session):
        if call.sid is not None and call.updated_at <= now - settled_after:
            await _check_call(session, call.id, now)
    live = await session.scalars(select(CallLeg).where(text(LIVE)).order_by(CallLeg.id))
    for leg in live.all():
        if leg.state == LegState.CREATED and await _was_attempted(session, leg):
            # Whoever dialled was gone before they could say so.
            leg.advance(LegState.UNKNOWN)
        if leg.state != LegState.CREATED:
            await check_leg(session, leg, now)
    await _check_recordings(session, now - settled_after, now)
    await session.flush()


async def soon(session: AsyncSession, call_id: int, now: datetime) -> None:
    """Somebody has left: who is still on the phone according to us is asked about, in case a report was lost."""
    address = f"timer:{LOOK}:{call_id}"
    planned = select(Effect.id).where(Effect.address == address, Effect.state == State.PENDING)
    if await session.scalar(planned.limit(1)) is None:
        payload = {"verb": LOOK, "call": call_id}
        await outbox.enqueue(session, EffectKind.TIMER, address, payload, now, due_at=now + TOLD_WITHIN)


async def after_ringing(session: AsyncSession, leg: CallLeg, rings: timedelta, now: datetime) -> None:
    """A phone that is rung from now on has told by then that nobody picked up: if not, it is asked about."""
    payload = {"verb": UNANSWERED, "leg": leg.id}
    due = now + rings + TOLD_WITHIN
    await outbox.enqueue(session, EffectKind.TIMER, f"timer:{UNANSWERED}:{leg.id}", payload, now, due_at=due)


async def on_unanswered(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    leg = await session.get(CallLeg, payload["leg"])
    if leg is not None and leg.answered_at is None and not leg.is_over:
        await check_leg(session, leg, now)


async def on_look(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    call = await session.get(Call, payload["call"])
    if call is None:
        return
    if call.sid is not None and not call.is_over and not carrier.is_final(call):
        await _check_call(session, call.id, now)
    for leg in await legs.live_legs(session, call.id):
        if leg.state != LegState.CREATED:
            await check_leg(session, leg, now)


async def _check_call(session: AsyncSession, call_id: int, now: datetime) -> None:
    await outbox.enqueue(session, EffectKind.CHECK, f"twilio:check-call-{call_id}", {"call": call_id}, now)


async def _check_recordings(session: AsyncSession, settled: datetime, now: datetime) -> None:
    """Those that have ended, and of which nobody told that they are put together."""
    ending = select(Recording.id).where(text(recordings.ENDING), Recording.ended_at <= settled).order_by(Recording.id)
    for recording_id in (await session.scalars(ending)).all():
        address = f"twilio:check-recording-{recording_id}"
        await outbox.enqueue(session, EffectKind.CHECK, address, {"recording": recording_id}, now)


async def _was_attempted(session: AsyncSession, leg: CallLeg) -> bool:
    dial = select(Effect.attempted_at).where(Effect.dedupe_key == dial_key(leg.id))
    return await session.scalar(dial) is not None


async def check_leg(
    session: AsyncSession, leg: CallLeg, now: datetime, *, after: timedelta = timedelta(0), is_refused: bool = False
) -> None:
    """`is_refused`: the carrier said that it could not dial; where it did not, it may be asked again."""
    payload = {"leg": leg.id, "refused": True} if is_refused else {"leg": leg.id}
    await outbox.enqueue(session, EffectKind.CHECK, legs.check_address(leg.id), payload, now, due_at=now + after)
