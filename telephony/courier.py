"""The courier of calls and texts: rings an agent's phone, sends a live call elsewhere, hangs up, sends an SMS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import outbox
from crm_core.callcenter import (
    calls,
    carrier,
    checking,
    dialling,
    ending,
    legs,
    offers,
    queues,
    reports,
    rooms,
    texting,
)
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg
from crm_core.callcenter.states import LegState
from crm_core.contacts import texts
from crm_core.contacts.texts import TextState
from crm_core.db import Database
from crm_core.outbox import AnswerLost, Effect, EffectKind, TryLater, Undeliverable
from telephony import conference
from telephony.client import TwilioClient
from telephony.pin_text import with_new_pin
from telephony.refusals import NOT_FOUND, OWN_FAULT, REFUSALS, TOO_MANY, UNREADABLE, asked, refused
from telephony.tapes import Tapes

LEG_EVENTS = ["initiated", "ringing", "answered", "completed"]
# A call that was made appears in Twilio's list within seconds.
LOOK_AFTER = timedelta(seconds=3)
SEARCHED_FOR = timedelta(seconds=8)
CLOCKS_DIFFER = timedelta(seconds=5)


class TwilioCourier:
    """Opens short transactions of its own before and after each request, never around one."""

    def __init__(self, database: Database, client: TwilioClient, base_url: str, number: str) -> None:
        self._database = database
        self._client = client
        self._base_url = base_url
        self._number = number
        self._tapes = Tapes(database, client, base_url)

    async def deliver(self, effect: Effect, now: datetime) -> None:
        match EffectKind(effect.kind):
            case EffectKind.DIAL:
                await self._dial(effect.payload["leg"], now)
            case EffectKind.REDIRECT:
                await self._redirect(effect.id, effect.payload)
            case EffectKind.HANG_UP:
                await self._hang_up(effect.payload["leg"], now)
            case EffectKind.PARTICIPANT:
                await conference.change(self._database, self._client, self._base_url, effect, now)
            case EffectKind.RECORD:
                await self._tapes.begin(effect.payload["recording"], now)
            case EffectKind.RECORDING:
                await self._tapes.change(effect.payload)
            case EffectKind.CHECK:
                await self._check(effect, now)
            case EffectKind.SMS:
                await self._text(effect.payload, now)
            case EffectKind.PIN:
                text = await with_new_pin(self._database, effect.payload["contact"])
                if text is not None:
                    await self._send(effect.payload["to"], text)
            case EffectKind.FORGET:
                await self._tapes.forget(effect.payload["recording"])
            case _:
                raise Undeliverable(f"a call cannot carry {effect.kind}")

    async def _dial(self, leg_id: int, now: datetime) -> None:
        wanted = await self._still_wanted(leg_id, now)
        if wanted is None:
            return
        leg, seconds = wanted
        try:
            created = await self._client.rest.calls.create_async(
                to=leg.number,
                from_=self._number,
                url=f"{self._base_url}/twilio/{leg.party}?leg={leg_id}",
                method="POST",
                status_callback=f"{self._base_url}/twilio/leg?leg={leg_id}",
                status_callback_method="POST",
                status_callback_event=LEG_EVENTS,
                timeout=seconds,
            )
        except REFUSALS as error:
            if error.status == TOO_MANY:
                raise TryLater("Twilio asked for patience", after=1) from error
            if error.status >= OWN_FAULT:
                await self._lost(leg_id, now, is_refused=True)
                raise AnswerLost from error
            await self._give_up(leg_id, now)
            raise Undeliverable(f"Twilio refused to ring {leg.party}: {error.status} {error.code}") from error
        except UNREADABLE as error:
            await self._lost(leg_id, now)
            raise AnswerLost from error
        await self._requested(leg_id, created.sid, now)

    async def _still_wanted(self, leg_id: int, now: datetime) -> tuple[CallLeg, int] | None:
        """The leg and how many seconds it rings. The caller may have hung up before the phone was rung."""
        async with self._database.transaction() as session:
            leg = await legs.lock_leg(session, leg_id)
            if leg is None or not dialling.is_unsent(leg):
                return None
            if not await dialling.is_wanted(session, leg):
                await reports.never_dialled(session, leg, now)
                return None
            call = await session.get_one(Call, leg.call_id)
            offer = await offers.of_leg(session, leg_id)
            if offer is not None:
                rings = queues.rule_of(session, call.queue or "").ring_for
            else:
                rings = legs.OUTSIDE_RINGS
                await checking.after_ringing(session, leg, rings, now)
            return leg, int(rings.total_seconds())

    async def _requested(self, leg_id: int, sid: str, now: datetime) -> None:
        """A status callback may have been quicker; a caller who hung up meanwhile needs no agent any more."""
        async with self._database.transaction() as session:
            leg = await legs.lock_leg(session, leg_id)
            if leg is None:
                return
            leg.sid = leg.sid or sid
            if leg.state == LegState.CANCELED and not carrier.is_final(leg):
                payload = {"leg": leg.id}
                await outbox.enqueue(session, EffectKind.HANG_UP, legs.dial_address(leg.id), payload, now)
            else:
                leg.advance(LegState.REQUESTED)
            await session.flush()

    async def _lost(self, leg_id: int, now: datetime, *, is_refused: bool = False) -> None:
        """Dialled or not, nobody knows: Twilio is asked, and nothing is dialled before it has answered."""
        async with self._database.transaction() as session:
            leg = await legs.lock_leg(session, leg_id)
            if leg is not None and not leg.is_over:
                leg.advance(LegState.UNKNOWN)
                await session.flush()
                await checking.check_leg(session, leg, now, after=LOOK_AFTER, is_refused=is_refused)

    async def _give_up(self, leg_id: int, now: datetime) -> None:
        async with self._database.transaction() as session:
            leg = await legs.lock_leg(session, leg_id)
            if leg is not None:
                await reports.never_dialled(session, leg, now)

    async def _redirect(self, effect_id: int, payload: dict[str, Any]) -> None:
        """The effect's number makes the second farewell of a call another delivery than the first."""
        async with self._database.transaction() as session:
            if "leg" in payload:
                leg = await session.get(CallLeg, payload["leg"])
                sid = leg.sid if leg is not None and not leg.is_over else None
                query = f"leg={payload['leg']}"
            else:
                call = await session.get(Call, payload["call"])
                sid = await rooms.customer_sid(session, call) if call is not None else None
                query = f"call={payload['call']}"
        if sid is not None:
            url = f"{self._base_url}/twilio/{payload['to']}?{query}&effect={effect_id}"
            await self._update(sid, url=url, method="POST")

    async def _hang_up(self, leg_id: int, now: datetime) -> None:
        """The end is reported, and asked for soon where it is not: the next caller waits for the agent."""
        async with self._database.transaction() as session:
            leg = await session.get(CallLeg, leg_id)
        if leg is None or leg.sid is None or carrier.is_final(leg):
            return
        await self._update(leg.sid, status="completed")
        async with self._database.transaction() as session:
            await checking.check_leg(session, leg, now, after=LOOK_AFTER)

    async def _check(self, effect: Effect, now: datetime) -> None:
        """What Twilio knows of a call or leg that should be over; it is treated as if it had been reported."""
        payload = effect.payload
        if "recording" in payload:
            await self._tapes.look(payload["recording"], now)
        elif "call" in payload:
            await self._check_call(payload["call"], now)
        else:
            await self._check_leg(effect, payload["leg"], now)

    async def _check_call(self, call_id: int, now: datetime) -> None:
        async with self._database.transaction() as session:
            call = await session.get(Call, call_id)
        if call is None or call.is_over or call.sid is None:
            return
        found = await self._fetched(call.sid)
        status, ended, seconds = ("completed", now, None) if found is None else _told(found, now)
        async with self._database.transaction() as session:
            held = await calls.lock_call(session, call_id)
            await ending.report(session, held, status, ended, seconds, now)

    async def _check_leg(self, effect: Effect, leg_id: int, now: datetime) -> None:
        async with self._database.transaction() as session:
            leg = await session.get(CallLeg, leg_id)
            if leg is None or leg.is_over or leg.state == LegState.CREATED:
                return
            dialled_at = await dialling.last_tried(session, leg)
        found = await self._fetched(leg.sid) if leg.sid is not None else await self._found(leg)
        if found is None and leg.sid is None and now - dialled_at < SEARCHED_FOR:
            raise TryLater("a dial whose answer was lost is not listed yet", after=LOOK_AFTER.total_seconds())
        async with self._database.transaction() as session:
            held = await legs.lock_leg(session, leg_id)
            if held is None:
                return
            if found is not None:
                status, ended, seconds = _told(found, now)
                await reports.of_leg(session, held, found.sid, status, ended, seconds, now)
            elif held.sid is None:
                if await dialling.last_tried(session, held) > dialled_at:
                    raise TryLater("dialled once more since it was looked for", after=LOOK_AFTER.total_seconds())
                await self._not_found(session, held, effect, now)
            else:
                await reports.never_dialled(session, held, now)

    async def _not_found(self, session: AsyncSession, leg: CallLeg, effect: Effect, now: datetime) -> None:
        if await dialling.is_under_way(session, leg.id, effect):
            return
        if not (effect.payload.get("refused") and await dialling.again(session, leg, now)):
            await reports.never_dialled(session, leg, now)

    async def _fetched(self, sid: str) -> Any:
        """None for what Twilio does not know."""
        try:
            return await self._client.rest.calls(sid).fetch_async()
        except REFUSALS as error:
            if error.status == NOT_FOUND:
                return None
            refused(error)
        except UNREADABLE as error:
            raise TryLater(type(error).__name__) from error

    async def _found(self, leg: CallLeg) -> Any:
        """The call that a dial made whose answer was lost: to this phone, since then, and nobody else's."""
        try:
            listed = await self._client.rest.calls.list_async(to=leg.number, from_=self._number, limit=20)
        except REFUSALS as error:
            refused(error)
        except UNREADABLE as error:
            raise TryLater(type(error).__name__) from error
        async with self._database.transaction() as session:
            known = await legs.known_sids(session, [one.sid for one in listed])
        fresh = [one for one in listed if one.sid not in known and _made(one) >= leg.created_at - CLOCKS_DIFFER]
        return min(fresh, key=_made, default=None)

    async def _text(self, payload: dict[str, Any], now: datetime) -> None:
        """Whether it went is reported, and what became of it."""
        message = payload["message"]
        callback = f"{self._base_url}/twilio/text-status?message={message}"
        try:
            sid = await self._send(payload["to"], payload["text"], status_callback=callback)
        except AnswerLost:
            await self._note_text(message, "", TextState.UNKNOWN, None, now)
            raise
        except Undeliverable as error:
            code = error.__cause__.code if isinstance(error.__cause__, REFUSALS) else None
            await self._note_text(message, "", TextState.FAILED, code, now)
            raise
        await self._note_text(message, sid, TextState.SENT, None, now)

    async def _send(self, number: str, text: str, **more: str) -> str:
        """The SID. An SMS cannot be taken back: it is never sent a second time."""
        try:
            sent = await self._client.rest.messages.create_async(to=number, from_=self._number, body=text, **more)
        except REFUSALS as error:
            if error.status >= OWN_FAULT:
                raise AnswerLost from error
            refused(error)
        except UNREADABLE as error:
            raise AnswerLost from error
        return str(sent.sid)

    async def _note_text(self, message_id: int, sid: str, state: TextState, error: int | None, now: datetime) -> None:
        async with self._database.transaction() as session:
            message = await texts.reported(session, message_id, sid, state, error)
            if message is not None:
                await texting.not_delivered(session, message, now)

    async def _update(self, sid: str, **changes: str) -> None:
        await asked(self._client.rest.calls(sid).update_async(**changes))


def _told(found: Any, now: datetime) -> tuple[str, datetime, int | None]:
    """Status, the time of it and the seconds of a call as Twilio's REST interface shows it."""
    at = found.end_time or found.start_time or now
    seconds = int(found.duration) if found.duration is not None else None
    return found.status, at if at.tzinfo is not None else at.replace(tzinfo=UTC), seconds


def _made(found: Any) -> datetime:
    made = found.date_created or found.start_time or datetime.now(UTC)
    return made if made.tzinfo is not None else made.replace(tzinfo=UTC)
