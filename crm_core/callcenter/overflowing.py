"""Too long in a queue: on to another one, or out of it to leave a message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.callcenter import calls, ending, moving, queues, rooms
from crm_core.callcenter.calls import Call
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.states import EntryState

NOT_TAKEN = {EntryState.WAITING, EntryState.OFFERED}


async def on_due(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """Whatever they hear at the moment. Who is to be called back is in nobody's way."""
    call = await calls.lock_call(session, payload["call"])
    entry = await queues.lock_entry(session, call.id)
    if call.is_over or entry is None or entry.state not in NOT_TAKEN:
        return
    if call.direction == "outbound" and call.talk_began_at is None:
        return
    if await has_waited_in_vain(session, call, entry, now):
        # Nobody can take them any more while the carrier is asked to lead them out.
        await ending.leave_queue(session, call, now)
        await rooms.send_customer(session, call, "overflow", now)


async def has_waited_in_vain(session: AsyncSession, call: Call, entry: QueueEntry, now: datetime) -> bool:
    """True when they are to leave a message. Who goes on to another queue may be rung there at once; nobody comes
    into a queue for the second time.
    """
    overflow = queues.rule_of(session, entry.queue).overflow
    if overflow is None or now - entry.entered_at < overflow.after:
        return False
    if overflow.queue is None:
        return True
    been_in = [*call.ivr.get(queues.BEEN_IN, []), entry.queue]
    if overflow.queue not in been_in:
        call.ivr = {**call.ivr, queues.BEEN_IN: been_in}
        await moving.hand_on(session, call, entry, overflow.queue, now)
    return False
