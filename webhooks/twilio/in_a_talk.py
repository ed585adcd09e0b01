"""What Twilio is told while people talk: passed on, put back into a queue, overheard, recorded."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.callcenter import taping
from telephony import consent, supervisor_leg, third_leg, waiting
from telephony.voice import to_bytes
from webhooks.twilio.found import the_call, the_leg
from webhooks.twilio.hook import EMPTY, Hook


async def requeue(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await waiting.again_in_line(session, await the_call(session, hook), hook.now))


async def third(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await third_leg.answered(session, await the_leg(session, hook), hook.now))


async def third_accept(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await third_leg.decide(session, await the_leg(session, hook), hook.digits, hook.now))


async def supervisor(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await supervisor_leg.answered(session, await the_leg(session, hook), hook.now))


async def supervisor_accept(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await supervisor_leg.decide(session, await the_leg(session, hook), hook.digits, hook.now))


async def supervised(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await supervisor_leg.told(session, await the_leg(session, hook)))


async def ask_for_consent(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await consent.ask(session, await the_call(session, hook), hook.now))


async def consent_key(session: AsyncSession, hook: Hook) -> bytes:
    return to_bytes(await consent.decide(session, await the_call(session, hook), hook.digits, hook.now))


async def withdrawn(session: AsyncSession, hook: Hook) -> bytes:
    call = await the_call(session, hook)
    if hook.is_over:
        # The customer hung up: that is no withdrawal.
        return EMPTY
    return to_bytes(await consent.withdrawn(session, call, hook.now))


async def recorded(session: AsyncSession, hook: Hook) -> bytes:
    """Of a recording that was deleted here meanwhile nothing is kept."""
    found = await taping.lock(session, hook.number("recording"))
    if found is not None:
        await taping.reported(session, *found, hook.recording_sid, hook.recording_status, hook.seconds, hook.now)
    return EMPTY
