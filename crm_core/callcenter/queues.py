"""Queues: callers wait in order, one agent accepts, and nobody waits for an agent who does not come."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, outbox, rights
from crm_core.agents import SYSTEM, Actor, Agent
from crm_core.callcenter import calls, legs
from crm_core.callcenter.calls import Call, CallState
from crm_core.callcenter.legs import CallLeg, LegState
from crm_core.db import Base, BigId
from crm_core.errors import Invalid, Refused
from crm_core.outbox import EffectKind

CLAIM_LEASE = timedelta(seconds=60)
RING_SECONDS = 25


class EntryState(enum.StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    BRIDGED = "bridged"
    LEFT = "left"


class QueueEntry(Base):
    """One caller's place. `claim_until` frees it when the agent who accepted does not pick up."""

    __tablename__ = "queue_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    queue: Mapped[str]
    state: Mapped[str]
    leg_id: Mapped[int | None] = mapped_column(BigId)
    claim_until: Mapped[datetime | None]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'claimed', 'bridged', 'left')", name="state"),
        Index("ix_queue_entry_waiting", "queue", "state", "joined_at"),
        {"sqlite_autoincrement": True},
    )


async def join(session: AsyncSession, call: Call, queue: str, now: datetime) -> QueueEntry:
    """Who comes back (cut off from the agent, say) keeps the old place."""
    entry = await lock_entry(session, call.id)
    if entry is None:
        entry = QueueEntry(call_id=call.id, queue=queue, state=EntryState.WAITING, joined_at=now)
        session.add(entry)
    elif entry.state in {EntryState.BRIDGED, EntryState.LEFT}:
        _wait_again(entry)
    await session.flush()
    await calls.move_to(session, call, CallState.QUEUED, now)
    return entry


async def position(session: AsyncSession, entry: QueueEntry) -> int:
    """1 is next."""
    ahead = await session.scalar(
        select(func.count())
        .select_from(QueueEntry)
        .where(
            QueueEntry.queue == entry.queue,
            QueueEntry.state.in_([EntryState.WAITING, EntryState.CLAIMED]),
            QueueEntry.joined_at < entry.joined_at,
        )
    )
    return (ahead or 0) + 1


async def accept(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Call:
    """One agent takes the caller: their phone is rung. Others get Refused with the name of who was first."""
    rights.require(actor, "call.accept")
    call = await calls.lock_call(session, call_id)
    entry = await lock_entry(session, call_id)
    if entry is None or call.is_over or entry.state == EntryState.LEFT:
        raise Refused("call.not-waiting", ref=call.ref)
    if entry.state != EntryState.WAITING:
        raise Refused("call.accepted-by", ref=call.ref, name=await agent_name(session, call) or "?")
    agent = await session.get(Agent, actor.agent_id)
    if agent is None or not agent.phone:
        raise Invalid("agent.no-phone")
    leg = await legs.ring(session, call.id, agent.id, agent.phone, now)
    entry.state = EntryState.CLAIMED
    entry.leg_id = leg.id
    entry.claim_until = now + CLAIM_LEASE
    call.agent_id = agent.id
    timer: dict[str, Any] = {"verb": "queue.claim-expired", "call": call.id, "leg": leg.id}
    await outbox.enqueue(session, EffectKind.TIMER, f"timer:claim-{leg.id}", timer, now, due_at=entry.claim_until)
    await activity.record(session, actor, "call.accepted", "call", call.id, now)
    await calls.move_to(session, call, CallState.CONNECTING, now)
    return call


async def bridge(session: AsyncSession, leg: CallLeg, now: datetime) -> Call | None:
    """The agent pressed 1: the two meet. None when the caller is gone or the place was given away."""
    call = await calls.lock_call(session, leg.call_id)
    entry = await lock_entry(session, leg.call_id)
    if entry is None or call.is_over or entry.state != EntryState.CLAIMED or entry.leg_id != leg.id:
        return None
    entry.state = EntryState.BRIDGED
    leg.state = LegState.JOINED
    await session.flush()
    await outbox.enqueue(
        session, EffectKind.REDIRECT, legs.address(call.id), {"call": call.id, "to": "conference"}, now
    )
    await activity.record(session, SYSTEM, "call.connected", "call", call.id, now, {"agent": leg.agent_id})
    await calls.move_to(session, call, CallState.TALKING, now)
    return call


async def leg_ended(session: AsyncSession, leg: CallLeg, was_joined: bool, now: datetime) -> None:
    """An agent who never came gives the place back; one who leaves a talk hands the caller to the farewell."""
    call = await calls.lock_call(session, leg.call_id)
    entry = await lock_entry(session, leg.call_id)
    if entry is None or call.is_over or entry.leg_id != leg.id:
        return
    if was_joined:
        await outbox.enqueue(
            session, EffectKind.REDIRECT, legs.address(call.id), {"call": call.id, "to": "farewell"}, now
        )
    elif entry.state == EntryState.CLAIMED:
        await release(session, call, entry, now)


async def on_claim_expired(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """The timer of a claim: nothing to do when the agent came."""
    call_id, leg_id = payload["call"], payload["leg"]
    call = await calls.lock_call(session, call_id)
    entry = await lock_entry(session, call_id)
    if entry is None or entry.leg_id != leg_id or entry.state != EntryState.CLAIMED or call.is_over:
        return
    await legs.hang_up_all(session, call_id, now)
    await release(session, call, entry, now)


async def release(session: AsyncSession, call: Call, entry: QueueEntry, now: datetime) -> None:
    """Back to waiting, at the old place."""
    _wait_again(entry)
    call.agent_id = None
    await session.flush()
    await activity.record(session, SYSTEM, "call.claim-released", "call", call.id, now)
    await calls.move_to(session, call, CallState.QUEUED, now)


async def leave(session: AsyncSession, call_id: int, now: datetime) -> bool:
    """The caller hung up or chose another way out; True when they had been waiting."""
    entry = await lock_entry(session, call_id)
    if entry is None or entry.state == EntryState.LEFT:
        return False
    was_waiting = entry.state in {EntryState.WAITING, EntryState.CLAIMED}
    entry.state = EntryState.LEFT
    entry.left_at = now
    await session.flush()
    await legs.hang_up_all(session, call_id, now)
    await cards.refresh(session, "call", call_id, now)
    return was_waiting


async def lock_entry(session: AsyncSession, call_id: int) -> QueueEntry | None:
    return await session.scalar(select(QueueEntry).where(QueueEntry.call_id == call_id).with_for_update())


async def agent_name(session: AsyncSession, call: Call) -> str | None:
    if call.agent_id is None:
        return None
    return await session.scalar(select(Agent.name).where(Agent.id == call.agent_id))


def _wait_again(entry: QueueEntry) -> None:
    entry.state = EntryState.WAITING
    entry.leg_id = None
    entry.claim_until = None
    entry.left_at = None
