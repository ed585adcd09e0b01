"""Recordings at the carrier: begun once, paused, stopped, looked for and deleted."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import outbox
from crm_core.callcenter import rooms, taping
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import CallLeg, Party
from crm_core.callcenter.recordings import Recording, RecordingState
from crm_core.db import Database
from crm_core.outbox import AnswerLost, EffectKind, TryLater, Undeliverable
from telephony.client import TwilioClient
from telephony.refusals import NOT_FOUND, OWN_FAULT, REFUSALS, TOO_MANY, UNREADABLE, asked, refused

EVENTS = ["in-progress", "completed", "absent"]
LOOK_AFTER = timedelta(seconds=5)
SEARCHED_FOR = timedelta(seconds=60)
OVER = {"completed", "absent", "failed"}
# What may have been asked of a recording that was not known by its number yet.
WANTED = {RecordingState.STARTING, RecordingState.PAUSED}


class Tapes:
    def __init__(self, database: Database, client: TwilioClient, base_url: str) -> None:
        self._database = database
        self._client = client
        self._base_url = base_url

    async def begin(self, recording_id: int, now: datetime) -> None:
        """Of the customer's own call: what they say and hear. An answer that is lost is looked for."""
        async with self._database.transaction() as session:
            wanted = await _wanted(session, recording_id)
        if wanted is None:
            return
        try:
            created = await self._client.rest.calls(wanted).recordings.create_async(
                recording_status_callback=f"{self._base_url}/twilio/recorded?recording={recording_id}",
                recording_status_callback_method="POST",
                recording_status_callback_event=EVENTS,
                recording_channels="dual",
                recording_track="both",
            )
        except REFUSALS as error:
            if error.status == TOO_MANY:
                raise TryLater("Twilio asked for patience", after=1) from error
            if error.status >= OWN_FAULT:
                await self._look_later(recording_id, now)
                raise AnswerLost from error
            await self._failed(recording_id, now)
            raise Undeliverable(f"Twilio refused to record: {error.status} {error.code}") from error
        except UNREADABLE as error:
            await self._look_later(recording_id, now)
            raise AnswerLost from error
        await self._told(recording_id, created.sid, "in-progress", None, now)

    async def change(self, payload: dict[str, Any]) -> None:
        """`paused`, `in-progress` or `stopped`; what is over already is as good."""
        async with self._database.transaction() as session:
            recording = await session.get(Recording, payload["recording"])
            call = await session.get(Call, recording.call_id) if recording is not None else None
            sid = await rooms.customer_sid(session, call) if call is not None else None
        if recording is None or recording.sid is None or sid is None:
            return
        status = payload["status"]
        extra = {"pause_behavior": "skip"} if status == "paused" else {}
        tape = self._client.rest.calls(sid).recordings(recording.sid)
        await asked(tape.update_async(status=status, **extra))

    async def forget(self, sid: str) -> None:
        """A recording that is gone already is as good."""
        await asked(self._client.rest.recordings(sid).delete_async())

    async def look(self, recording_id: int, now: datetime) -> None:
        """Whether it was begun after all; of one that should be over, what became of it."""
        async with self._database.transaction() as session:
            recording = await session.get(Recording, recording_id)
            sid = await _recorded_call(session, recording) if recording is not None else None
        if recording is None or sid is None:
            return
        if recording.sid is not None:
            if recording.state == RecordingState.STOPPING:
                await self._look_at_end(recording_id, recording.sid, now)
            return
        listed = await _asked_for(self._client.rest.calls(sid).recordings.list_async(limit=20))
        async with self._database.transaction() as session:
            known = set(await session.scalars(select(Recording.sid).where(Recording.call_id == recording.call_id)))
        fresh = [one for one in listed or [] if one.sid not in known]
        if fresh:
            await self._told(recording_id, fresh[-1].sid, "in-progress", None, now)
        elif now - (recording.agreed_at or now) < SEARCHED_FOR:
            raise TryLater("a recording whose answer was lost is not listed yet", after=LOOK_AFTER.total_seconds())
        else:
            await self._failed(recording_id, now)

    async def _look_at_end(self, recording_id: int, sid: str, now: datetime) -> None:
        """What is not put together yet is looked at again with everything else."""
        found = await _asked_for(self._client.rest.recordings(sid).fetch_async())
        if found is None:
            await self._failed(recording_id, now)
        elif found.status in OVER:
            seconds = int(found.duration) if found.duration is not None else None
            await self._told(recording_id, sid, found.status, seconds, now)

    async def _look_later(self, recording_id: int, now: datetime) -> None:
        async with self._database.transaction() as session:
            payload = {"recording": recording_id}
            address = f"twilio:check-recording-{recording_id}"
            await outbox.enqueue(session, EffectKind.CHECK, address, payload, now, due_at=now + LOOK_AFTER)

    async def _told(self, recording_id: int, sid: str, status: str, seconds: int | None, now: datetime) -> None:
        async with self._database.transaction() as session:
            found = await taping.lock(session, recording_id)
            if found is not None:
                await taping.reported(session, *found, sid, status, seconds, now)

    async def _failed(self, recording_id: int, now: datetime) -> None:
        async with self._database.transaction() as session:
            found = await taping.lock(session, recording_id)
            if found is not None:
                await taping.failed(session, *found, now)


async def _asked_for(question: Awaitable[Any]) -> Any:
    """None for what the carrier does not know."""
    try:
        return await question
    except REFUSALS as error:
        if error.status == NOT_FOUND:
            return None
        refused(error)
    except UNREADABLE as error:
        raise TryLater(type(error).__name__) from error


async def _wanted(session: AsyncSession, recording_id: int) -> str | None:
    """The customer's call; None when they are gone or have thought better of it."""
    recording = await session.get(Recording, recording_id)
    if recording is None or recording.sid is not None or recording.state not in WANTED:
        return None
    return await rooms.customer_sid(session, await session.get_one(Call, recording.call_id))


async def _recorded_call(session: AsyncSession, recording: Recording) -> str | None:
    """Also when it is over."""
    call = await session.get_one(Call, recording.call_id)
    of_customer = (CallLeg.call_id == call.id, CallLeg.party == Party.CUSTOMER)
    rung = await session.scalar(select(CallLeg.sid).where(*of_customer).order_by(CallLeg.id.desc()).limit(1))
    return call.sid or rung
