"""Mira and a caller in a talk, as the carrier knows them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from crm_core.agents import Actor, Presence
from crm_core.callcenter import arrivals, calls, legs, presence, queues, reports, rooms, talks
from crm_core.callcenter.rooms import Conference
from crm_core.db import Database
from crm_core.outbox import Effect, EffectKind
from tests import people
from tests.people import NOW, as_actor
from tests.telephony.carrier import AGENT_SID
from tests.telephony.phone import GRETA, LINE

CALLER_SID = "CA" + "c" * 32
CONFERENCE_SID = "CF" + "d" * 32


async def talk(database: Database, *, is_reported: bool = True) -> Actor:
    """The agent, in CALL-1. `is_reported`: the conference is known by its number."""
    async with database.transaction() as session:
        await people.add_contact(session)
        mira = as_actor(await people.add_agent(session))
        await presence.set_presence(session, mira, Presence.AVAILABLE, NOW)
        inbound = await arrivals.answer(session, CALLER_SID, GRETA, LINE, {}, NOW)
        call = await calls.lock_call(session, inbound.id)
        await queues.join(session, call, "support", NOW)
        await talks.accept(session, mira, call.id, NOW)
    async with database.transaction() as session:
        leg = await legs.lock_leg(session, 1)
        assert leg is not None
        await reports.of_leg(session, leg, AGENT_SID, "in-progress", NOW, None, NOW)
        assert await talks.pick_up(session, leg, NOW) is not None
        if is_reported:
            call = await calls.lock_call(session, leg.call_id)
            for sid in (AGENT_SID, CALLER_SID):
                await rooms.reported(session, call, Conference(CONFERENCE_SID, rooms.JOINED, sid), NOW)
    return mira


async def effects(database: Database, *kinds: EffectKind) -> Sequence[Effect]:
    async with database.transaction() as session:
        return (await session.scalars(select(Effect).where(Effect.kind.in_(kinds)).order_by(Effect.id))).all()
