"""An SMS to who gave up waiting: where the house wants it, they may be texted, and nobody has talked to them since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, outbox
from crm_core.agents import SYSTEM
from crm_core.callcenter import cut_off, missed, once_a_day
from crm_core.callcenter.calls import Call
from crm_core.callcenter.states import CallState
from crm_core.company import company_of
from crm_core.contacts.consents import Purpose
from crm_core.outbox import EffectKind

TIMER = "call.text-missed"
# Many call again at once; who was cut off has longer for it.
AFTER = timedelta(minutes=2)


async def plan(session: AsyncSession, call: Call, now: datetime) -> None:
    if call.state == CallState.ABANDONED and company_of(session).callcenter.missed_sms:
        payload, key = {"verb": TIMER, "call": call.id}, f"{TIMER}:{call.id}"
        due = now + max(AFTER, cut_off.within(session))
        await outbox.enqueue(session, EffectKind.TIMER, f"timer:{key}", payload, now, due_at=due, dedupe_key=key)


async def on_due(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    written = company_of(session).callcenter.missed_sms
    call = await missed.still_missed(session, payload["call"])
    if call is not None and await once_a_day.text_caller(session, call, "missed-sms", written, now, Purpose.SERVICE):
        await activity.record(session, SYSTEM, "call.missed-texted", "call", call.id, now)
