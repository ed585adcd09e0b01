"""The courier of calls and texts: rings an agent's phone, sends a live call elsewhere, hangs up, sends an SMS."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException

from crm_core import outbox
from crm_core.callcenter import carrier, legs, queues
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, LegState
from crm_core.callcenter.queues import EntryState
from crm_core.db import Database
from crm_core.outbox import AnswerLost, Effect, EffectKind, TryLater, Undeliverable
from telephony.client import NoAnswer, TwilioClient
from telephony.pin_text import with_new_pin

LEG_EVENTS = ["initiated", "ringing", "answered", "completed"]
TOO_MANY = 429
OWN_FAULT = 500
REFUSALS = (TwilioRestException, TwilioServiceException)
UNREADABLE = (NoAnswer, TwilioException, ValueError)
ALREADY_OVER = {20404, 21220}  # no such call, or it is not in progress any more


class TwilioCourier:
    """Opens short transactions of its own before and after each request, never around one."""

    def __init__(self, database: Database, client: TwilioClient, base_url: str, number: str) -> None:
        self._database = database
        self._client = client
        self._base_url = base_url
        self._number = number

    async def deliver(self, effect: Effect, now: datetime) -> None:
        match EffectKind(effect.kind):
            case EffectKind.DIAL:
                await self._dial(effect.payload["leg"], now)
            case EffectKind.REDIRECT:
                await self._redirect(effect.id, effect.payload["call"], effect.payload["to"])
            case EffectKind.HANG_UP:
                await self._hang_up(effect.payload["leg"])
            case EffectKind.SMS:
                await self._text(effect.payload["to"], effect.payload["text"])
            case EffectKind.PIN:
                text = await with_new_pin(self._database, effect.payload["contact"])
                if text is not None:
                    await self._text(effect.payload["to"], text)
            case EffectKind.FORGET:
                await self._forget(effect.payload["recording"])
            case _:
                raise Undeliverable(f"a call cannot carry {effect.kind}")

    async def _dial(self, leg_id: int, now: datetime) -> None:
        leg = await self._still_wanted(leg_id, now)
        if leg is None:
            return
        try:
            created = await self._client.rest.calls.create_async(
                to=leg.number,
                from_=self._number,
                url=f"{self._base_url}/twilio/agent?leg={leg_id}",
                method="POST",
                status_callback=f"{self._base_url}/twilio/leg?leg={leg_id}",
                status_callback_method="POST",
                status_callback_event=LEG_EVENTS,
                timeout=queues.RING_SECONDS,
            )
        except REFUSALS as error:
            if error.status == TOO_MANY:
                raise TryLater("Twilio asked for patience", after=1) from error
            if error.status >= OWN_FAULT:
                await self._remember(leg_id, LegState.UNKNOWN, now)
                raise AnswerLost from error
            await self._give_up(leg_id, now)
            raise Undeliverable(f"Twilio refused to ring the agent: {error.status} {error.code}") from error
        except UNREADABLE as error:
            await self._remember(leg_id, LegState.UNKNOWN, now)
            raise AnswerLost from error
        await self._remember(leg_id, LegState.REQUESTED, now, created.sid)

    async def _still_wanted(self, leg_id: int, now: datetime) -> CallLeg | None:
        """The caller may have hung up before the phone was rung."""
        async with self._database.transaction() as session:
            leg = await legs.lock_leg(session, leg_id)
            if leg is None or leg.state != LegState.CREATED:
                return None
            entry = await queues.lock_entry(session, leg.call_id)
            if entry is None or entry.state != EntryState.CLAIMED or entry.leg_id != leg_id:
                leg.state = LegState.ENDED
                leg.ended_at = now
                await session.flush()
                return None
            return leg

    async def _remember(self, leg_id: int, state: LegState, now: datetime, sid: str | None = None) -> None:
        """A status callback may have been quicker; a caller who hung up meanwhile needs no agent any more."""
        async with self._database.transaction() as session:
            leg = await legs.lock_leg(session, leg_id)
            if leg is None:
                return
            leg.sid = leg.sid or sid
            if leg.state == LegState.CREATED:
                leg.state = state if leg.carrier_status is None else LegState.REQUESTED
            elif leg.state == LegState.ENDED and not carrier.is_final(leg):
                await outbox.enqueue(session, EffectKind.HANG_UP, legs.address(leg.call_id), {"leg": leg.id}, now)
            await session.flush()

    async def _give_up(self, leg_id: int, now: datetime) -> None:
        async with self._database.transaction() as session:
            leg = await legs.lock_leg(session, leg_id)
            if leg is not None:
                leg.state = LegState.ENDED
                leg.ended_at = now
                await session.flush()
                await queues.leg_ended(session, leg, was_joined=False, now=now)

    async def _redirect(self, effect_id: int, call_id: int, to: str) -> None:
        """The effect's number makes the second farewell of a call another delivery than the first."""
        async with self._database.transaction() as session:
            call = await session.get(Call, call_id)
        if call is None or call.is_over or call.sid is None:
            return
        url = f"{self._base_url}/twilio/{to}?call={call_id}&effect={effect_id}"
        await self._update(call.sid, url=url, method="POST")

    async def _hang_up(self, leg_id: int) -> None:
        async with self._database.transaction() as session:
            leg = await session.get(CallLeg, leg_id)
        if leg is not None and leg.sid is not None and not carrier.is_final(leg):
            await self._update(leg.sid, status="completed")

    async def _text(self, number: str, text: str) -> None:
        """An SMS cannot be taken back: whether it went is reported, and it is never sent a second time."""
        try:
            await self._client.rest.messages.create_async(to=number, from_=self._number, body=text)
        except REFUSALS as error:
            if error.status >= OWN_FAULT:
                raise AnswerLost from error
            _refused(error)
        except UNREADABLE as error:
            raise AnswerLost from error

    async def _forget(self, sid: str) -> None:
        """A recording that is gone already is as good."""
        try:
            await self._client.rest.recordings(sid).delete_async()
        except REFUSALS as error:
            if error.code not in ALREADY_OVER:
                _refused(error)
        except UNREADABLE as error:
            raise TryLater(type(error).__name__) from error

    async def _update(self, sid: str, **changes: str) -> None:
        try:
            await self._client.rest.calls(sid).update_async(**changes)
        except REFUSALS as error:
            if error.code not in ALREADY_OVER:
                _refused(error)
        except UNREADABLE as error:
            raise TryLater(type(error).__name__) from error


def _refused(error: TwilioRestException | TwilioServiceException) -> NoReturn:
    if error.status == TOO_MANY or error.status >= OWN_FAULT:
        raise TryLater(f"Twilio answered {error.status}") from error
    raise Undeliverable(f"Twilio refused: {error.status} {error.code}") from error
