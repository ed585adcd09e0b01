"""A question by SMS, after a talk that ended before the caller pressed how it was; and their answer to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, outbox
from crm_core.agents import SYSTEM, Actor
from crm_core.callcenter import calls, once_a_day, ratings
from crm_core.callcenter.calls import Call
from crm_core.company import company_of
from crm_core.contacts.consents import Channel, Purpose
from crm_core.outbox import EffectKind
from crm_core.support import satisfaction
from crm_core.support.satisfaction import Satisfaction
from crm_core.support.tickets import Ticket

TIMER = "call.ask-rating"
AFTER = timedelta(minutes=2)


async def plan(session: AsyncSession, call: Call, now: datetime) -> None:
    was_talk = call.direction == "inbound" and call.talk_began_at is not None
    if was_talk and call.rating is None and company_of(session).callcenter.rating_sms:
        payload, key = {"verb": TIMER, "call": call.id}, f"{TIMER}:{call.id}"
        due = now + AFTER
        await outbox.enqueue(session, EffectKind.TIMER, f"timer:{key}", payload, now, due_at=due, dedupe_key=key)


async def on_due(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """Once a call, and not about a call whose ticket is asked about."""
    call = await calls.lock_call(session, payload["call"])
    written = company_of(session).callcenter.rating_sms
    if call.rating is not None or call.rating_asked_at is not None or await _ticket_asked(session, call.id):
        return
    purpose = await _purpose(session, call.contact_id)
    if purpose is None or not await once_a_day.text_caller(session, call, "rating-sms", written, now, purpose):
        return
    call.rating_asked_at = now
    await session.flush()
    await activity.record(session, SYSTEM, "call.rating-asked", "call", call.id, now)


async def asked_last(session: AsyncSession, number: str, now: datetime) -> Call | None:
    """The call that an answer from this number would be about."""
    return await session.scalar(
        select(Call)
        .where(
            Call.from_number == number,
            Call.rating.is_(None),
            Call.rating_asked_at > now - satisfaction.ANSWERED_WITHIN,
        )
        .order_by(Call.rating_asked_at.desc())
        .limit(1)
    )


async def answered(session: AsyncSession, actor: Actor, number: str, text: str, now: datetime) -> bool:
    """False when it is no rating, or when a ticket was asked about since."""
    said = satisfaction.rating_in(text)
    asked = await asked_last(session, number, now) if said is not None else None
    if said is None or asked is None or asked.rating_asked_at is None:
        return False
    ticket = await satisfaction.asked_last(session, actor.contact_id, now)
    if ticket is not None and ticket.asked_at is not None and ticket.asked_at > asked.rating_asked_at:
        return False
    call = await calls.lock_call(session, asked.id)
    await ratings.rate_call(session, actor, call, said[0], now)
    return True


async def _purpose(session: AsyncSession, contact_id: int | None) -> Purpose | None:
    """Of somebody unknown nobody knows that they agreed to surveys."""
    if contact_id is not None:
        return await satisfaction.asked_for(session, contact_id, Channel.SMS)
    return None if satisfaction.needs_consent(session) else Purpose.SERVICE


async def _ticket_asked(session: AsyncSession, call_id: int) -> bool:
    found = select(Satisfaction.ticket_id).join(Ticket, Ticket.id == Satisfaction.ticket_id)
    return await session.scalar(found.where(Ticket.call_id == call_id).limit(1)) is not None
