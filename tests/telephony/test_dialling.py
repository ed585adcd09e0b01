"""A dial that the carrier refused with a fault of its own, or of which it never tells how it ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from sqlalchemy import func, select

from crm_core.callcenter import checking, dialling, legs, outgoing
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.states import LegState
from crm_core.db import Database
from crm_core.lease import State
from crm_core.outbox import AnswerLost, Effect, EffectKind, TryLater
from telephony.courier import TwilioCourier
from tests import people
from tests.people import NOW, as_actor
from tests.telephony import carrier
from tests.telephony.carrier import Carrier

LATER = NOW + timedelta(seconds=9)


@dataclass
class Dialling:
    database: Database
    twilio: Carrier
    courier: TwilioCourier

    async def refused(self) -> None:
        """The newest dial, with 503."""
        self.twilio.answer = carrier.refused(503, 20503)
        dialled = await self.newest(EffectKind.DIAL)
        with pytest.raises(AnswerLost):
            await self.courier.deliver(dialled, NOW)
        await self.attempted(dialled, NOW)
        self.twilio.answer = carrier.listed()

    async def attempted(self, dialled: Effect, at: datetime) -> None:
        async with self.database.transaction() as session:
            found = await session.get_one(Effect, dialled.id)
            found.attempted_at, found.state = at, State.UNKNOWN

    async def newest(self, kind: EffectKind) -> Effect:
        async with self.database.transaction() as session:
            newest = select(Effect).where(Effect.kind == kind).order_by(Effect.id.desc()).limit(1)
            return (await session.scalars(newest)).one()

    async def check(self) -> Effect:
        """Another one, because somebody has left the call."""
        async with self.database.transaction() as session:
            await checking.check_leg(session, await session.get_one(CallLeg, 1), NOW)
        return await self.newest(EffectKind.CHECK)

    async def dials(self) -> int:
        async with self.database.transaction() as session:
            wanted = select(func.count()).where(Effect.kind == EffectKind.DIAL)
            return await session.scalar(wanted) or 0

    async def state(self) -> str:
        async with self.database.transaction() as session:
            return (await session.get_one(CallLeg, 1)).state


@pytest.fixture
async def dialled(database: Database, twilio: Carrier, courier: TwilioCourier) -> Dialling:
    """An agent wants to call somebody: their own phone is to be rung first."""
    async with database.transaction() as session:
        mira = as_actor(await people.add_agent(session, phone="+493023125077"))
        await outgoing.dial(session, mira, "+493023125010", NOW)
    return Dialling(database, twilio, courier)


async def test_a_refused_dial_that_is_not_listed_is_made_again_but_not_for_ever(dialled: Dialling) -> None:
    for number in range(1, dialling.MOST_DIALS + 1):
        await dialled.refused()
        assert len(dialled.twilio.given("To")) == number
        await dialled.courier.deliver(await dialled.newest(EffectKind.CHECK), LATER)
    assert await dialled.state() == LegState.FAILED


async def test_who_is_looked_for_besides_is_dialled_again_all_the_same(dialled: Dialling) -> None:
    await dialled.refused()
    because_refused = await dialled.newest(EffectKind.CHECK)
    because_left = await dialled.check()
    await dialled.courier.deliver(because_refused, LATER)
    await dialled.courier.deliver(because_left, LATER)
    assert (await dialled.dials(), await dialled.state()) == (2, LegState.UNKNOWN)


async def test_the_check_of_a_refused_dial_dials_again_once_even_when_it_runs_twice(dialled: Dialling) -> None:
    await dialled.refused()
    because_refused = await dialled.newest(EffectKind.CHECK)
    await dialled.courier.deliver(because_refused, LATER)
    await dialled.attempted(await dialled.newest(EffectKind.DIAL), NOW)
    await dialled.courier.deliver(because_refused, LATER + timedelta(seconds=9))
    assert (await dialled.dials(), await dialled.state()) == (2, LegState.UNKNOWN)


async def test_who_is_dialled_again_while_they_are_looked_for_is_not_given_up(dialled: Dialling) -> None:
    await dialled.refused()
    await dialled.courier.deliver(await dialled.newest(EffectKind.CHECK), LATER)
    again, looked_for = await dialled.newest(EffectKind.DIAL), await dialled.check()
    listed = carrier.listed()

    async def meanwhile(request: web.Request) -> web.StreamResponse:
        await dialled.attempted(again, LATER)
        return await listed(request)

    dialled.twilio.answer = meanwhile
    with pytest.raises(TryLater):
        await dialled.courier.deliver(looked_for, LATER)
    assert await dialled.state() == LegState.UNKNOWN


async def test_a_customer_whose_phone_never_tells_how_it_ended_is_asked_about_when_it_has_rung_long_enough(
    dialled: Dialling,
) -> None:
    async with dialled.database.transaction() as session:
        agent = await session.get_one(CallLeg, 1)
        agent.sid, agent.state, agent.joined_at = "CA" + "d" * 32, LegState.JOINED, NOW
        customer = await legs.ring(session, agent.call_id, "+493023125010", NOW, party=Party.CUSTOMER)
    dialled.twilio.answer = carrier.created
    await dialled.courier.deliver(await dialled.newest(EffectKind.DIAL), NOW)
    look = await dialled.newest(EffectKind.TIMER)
    assert NOW + legs.OUTSIDE_RINGS < look.due_at <= NOW + legs.OUTSIDE_RINGS + timedelta(seconds=30)
    async with dialled.database.transaction() as session:
        await checking.on_unanswered(session, look.payload, look.due_at)
    assert (await dialled.newest(EffectKind.CHECK)).payload == {"leg": customer.id}


async def test_a_customer_who_has_picked_up_is_not_asked_about(dialled: Dialling) -> None:
    async with dialled.database.transaction() as session:
        leg = await session.get_one(CallLeg, 1)
        leg.answered_at, leg.state = NOW, LegState.ANSWERED
        await checking.on_unanswered(session, {"leg": leg.id}, LATER)
        assert (await session.scalars(select(Effect).where(Effect.kind == EffectKind.CHECK))).all() == []
