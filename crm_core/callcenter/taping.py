"""Recording a talk: only after the customer pressed a key for it, and not longer than they and the agent wish."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, notices, outbox, rights
from crm_core.agents import SYSTEM, Actor
from crm_core.callcenter import calls, legs, recordings, rooms
from crm_core.callcenter.calls import Call
from crm_core.callcenter.legs import Party
from crm_core.callcenter.recordings import RUNNING, Recording, RecordingState
from crm_core.callcenter.states import CallState
from crm_core.contacts import consents
from crm_core.contacts.consents import Channel, How, Purpose
from crm_core.errors import Refused
from crm_core.outbox import EffectKind

# Longer than the announcement and the wait for the key: an answer that never came does not stand in the way.
ASKED_FOR = timedelta(minutes=1)
# By then the carrier has put it together; before, it can delete nothing.
PUT_TOGETHER = timedelta(minutes=1)
_REPORTED = {
    "in-progress": RecordingState.RECORDING,
    "completed": RecordingState.DONE,
    "absent": RecordingState.FAILED,
    "failed": RecordingState.FAILED,
}


async def ask(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Recording:
    """The customer is asked, while everybody else waits. Raises Refused when it runs, or when more than two talk."""
    rights.require(actor, "call.record")
    call = await calls.lock_call(session, call_id)
    await rooms.own_leg(session, actor, call)
    calls.refuse_unless(call, CallState.TALKING)
    if len(await legs.in_the_talk(session, call.id, Party.AGENT, Party.THIRD, Party.SUPERVISOR)) > 1:
        raise Refused("recording.others-there", ref=call.ref)
    known = await recordings.newest(session, call.id, RecordingState.ASKED, *RUNNING)
    if known is not None and known.state == RecordingState.ASKED and known.created_at + ASKED_FOR <= now:
        known.state = RecordingState.FAILED
    elif known is not None:
        raise Refused("recording.under-way", ref=call.ref)
    recording = Recording(call_id=call.id, agent_id=actor.agent_id, state=RecordingState.ASKED, created_at=now)
    session.add(recording)
    await session.flush()
    # Or the conference would end with the customer, who is only away for the announcement.
    await rooms.change(session, call, None, now, ends=False)
    await rooms.send_customer(session, call, "consent", now)
    await activity.record(session, actor, "call.recording-asked", "call", call.id, now)
    await calls.changed(session, call, now)
    return recording


async def agreed(session: AsyncSession, call: Call, recording: Recording, wording: str, now: datetime) -> None:
    """The customer pressed the key. What they agreed to is kept, with the contact if they are one."""
    recording.state, recording.wording, recording.agreed_at = RecordingState.STARTING, wording, now
    if call.contact_id is not None:
        what = (call.contact_id, Channel.PHONE, Purpose.RECORDING, now)
        source = ("call", call.id)
        consent = await consents.state(
            session, SYSTEM, *what, is_given=True, wording=wording, how=How.PRESSED, source=source
        )
        recording.consent_id = consent.id
        await consents.use(session, SYSTEM, *what, source=source)
    await session.flush()
    payload = {"recording": recording.id}
    await outbox.enqueue(session, EffectKind.RECORD, recordings.address(recording.id), payload, now)
    await activity.record(session, SYSTEM, "call.recording-agreed", "call", call.id, now)
    await calls.changed(session, call, now)


async def declined(session: AsyncSession, call: Call, recording: Recording, now: datetime) -> None:
    """No key came, or another one."""
    recording.state, recording.ended_at = RecordingState.REFUSED, now
    await activity.record(session, SYSTEM, "call.recording-declined", "call", call.id, now)
    await _tell(session, recording, "notice.recording-declined", now)
    await calls.changed(session, call, now)


async def pause(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Call:
    """While something is said that is nobody else's: a card number, an illness."""
    rights.require(actor, "call.record")
    call, recording = await _running(session, actor, call_id, RecordingState.STARTING, RecordingState.RECORDING)
    recording.state = RecordingState.PAUSED
    await _wish(session, recording, "paused", now)
    await activity.record(session, actor, "call.recording-paused", "call", call.id, now)
    await calls.changed(session, call, now)
    return call


async def resume(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Call:
    rights.require(actor, "call.record")
    call, recording = await _running(session, actor, call_id, RecordingState.PAUSED)
    recording.state = RecordingState.RECORDING
    if call.state != CallState.HOLD:
        await _wish(session, recording, "in-progress", now)
    await activity.record(session, actor, "call.recording-resumed", "call", call.id, now)
    await calls.changed(session, call, now)
    return call


async def end(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Call:
    """What was recorded so far is kept."""
    rights.require(actor, "call.record")
    call, _recording = await _running(session, actor, call_id, *RUNNING)
    await stop(session, call, now)
    await activity.record(session, actor, "call.recording-stopped", "call", call.id, now)
    await calls.changed(session, call, now)
    return call


async def withdraw(session: AsyncSession, actor: Actor, call_id: int, now: datetime) -> Call:
    """The customer wants no recording any more, in the talk or later: all of the call's are deleted. Raises Refused."""
    rights.require(actor, "call.record")
    call = await calls.lock_call(session, call_id)
    kept = [one for one in await recordings.of_call(session, call.id) if _is_of_a_talk(one)]
    if not kept:
        raise Refused("recording.none", ref=call.ref)
    for recording in kept:
        await withdrawn(session, call, recording, now, actor=actor, how=How.TOLD)
    return call


async def withdrawn(
    session: AsyncSession,
    call: Call,
    recording: Recording,
    now: datetime,
    *,
    actor: Actor = SYSTEM,
    how: How = How.PRESSED,
) -> None:
    """It stops, it is deleted at the carrier, and the withdrawal is noted like the consent."""
    await _take_back(session, actor, call, recording, now)
    if call.contact_id is not None:
        what = (call.contact_id, Channel.PHONE, Purpose.RECORDING, now)
        await consents.note(session, actor, *what, is_given=False, wording="", how=how, source=("call", call.id))


async def withdrawn_by(session: AsyncSession, actor: Actor, contact_id: int, purpose: Purpose, now: datetime) -> None:
    """Somebody wants no recording of any call of theirs any more."""
    if purpose != Purpose.RECORDING:
        return
    theirs = select(Recording.call_id).join(Call, Call.id == Recording.call_id).where(Call.contact_id == contact_id)
    for call_id in (await session.scalars(theirs.distinct().order_by(Recording.call_id))).all():
        call = await calls.lock_call(session, call_id)
        for recording in await recordings.of_call(session, call.id):
            if _is_of_a_talk(recording):
                await _take_back(session, actor, call, recording, now)


async def _take_back(session: AsyncSession, actor: Actor, call: Call, recording: Recording, now: datetime) -> None:
    is_there = recording.state == RecordingState.DONE
    recording.state, recording.ended_at = RecordingState.WITHDRAWN, recording.ended_at or now
    await _delete(session, recording, now, is_there=is_there)
    await activity.record(session, actor, "call.recording-withdrawn", "call", call.id, now)
    if actor.agent_id is None or actor.agent_id != recording.agent_id:
        await _tell(session, recording, "notice.recording-withdrawn", now)
    await calls.changed(session, call, now)


async def stop(session: AsyncSession, call: Call, now: datetime) -> None:
    """Whoever comes into the talk has not agreed to it; a key that is pressed now is pressed for nothing."""
    recording = await recordings.newest(session, call.id, RecordingState.ASKED, *RUNNING)
    if recording is None:
        return
    recording.ended_at = now
    if recording.state == RecordingState.ASKED:
        recording.state = RecordingState.FAILED
        return
    recording.state = RecordingState.STOPPING
    await _wish(session, recording, "stopped", now)


async def over(session: AsyncSession, call: Call, now: datetime) -> None:
    """The talk has ended, and with it what was asked or begun. What ran is reported when it is put together."""
    recording = await recordings.newest(session, call.id, RecordingState.ASKED, *RUNNING)
    if recording is None:
        return
    if recording.state == RecordingState.ASKED:
        recording.state = RecordingState.REFUSED
    else:
        recording.state = RecordingState.STOPPING if recording.sid is not None else RecordingState.FAILED
    recording.ended_at = now


async def rest(session: AsyncSession, call: Call, now: datetime) -> None:
    """Nobody speaks to the customer: what they say on hold is for nobody."""
    recording = await recordings.newest(session, call.id, RecordingState.RECORDING)
    if recording is not None:
        await _wish(session, recording, "paused", now)


async def go_on(session: AsyncSession, call: Call, now: datetime) -> None:
    """Unless it was paused by hand."""
    recording = await recordings.newest(session, call.id, RecordingState.RECORDING)
    if recording is not None:
        await _wish(session, recording, "in-progress", now)


async def lock(session: AsyncSession, recording_id: int) -> tuple[Call, Recording] | None:
    """The call first, as everywhere."""
    call_id = await session.scalar(select(Recording.call_id).where(Recording.id == recording_id))
    if call_id is None:
        return None
    call = await calls.lock_call(session, call_id)
    found = await session.scalars(
        select(Recording)
        .where(Recording.id == recording_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return call, found.one()


async def reported(
    session: AsyncSession,
    call: Call,
    recording: Recording,
    sid: str,
    status: str,
    seconds: int | None,
    now: datetime,
) -> None:
    """What the carrier says of it, in any order; what was wished before it was known by its number is asked for now."""
    if recording.sid not in {None, sid}:
        return
    state = _REPORTED.get(status)
    is_new = recording.sid is None
    recording.sid = sid
    recording.started_at = recording.started_at or now
    recording.duration_seconds = seconds if seconds is not None else recording.duration_seconds
    if state == RecordingState.RECORDING and recording.state == RecordingState.STARTING:
        recording.state = state
    is_over = state in {RecordingState.DONE, RecordingState.FAILED}
    if is_over and recording.state != RecordingState.WITHDRAWN:
        recording.state, recording.ended_at = state or recording.state, recording.ended_at or now
    await session.flush()
    if recording.state == RecordingState.WITHDRAWN:
        await _delete(session, recording, now, is_there=is_over)
    elif is_new and not is_over:
        await _catch_up(session, call, recording, now)
    await calls.changed(session, call, now)


async def failed(session: AsyncSession, call: Call, recording: Recording, now: datetime) -> None:
    """The carrier did not begin it."""
    if recording.state != RecordingState.WITHDRAWN:
        recording.state, recording.ended_at = RecordingState.FAILED, now
        await _tell(session, recording, "notice.recording-failed", now)
    await calls.changed(session, call, now)


async def _catch_up(session: AsyncSession, call: Call, recording: Recording, now: datetime) -> None:
    if recording.state == RecordingState.STOPPING:
        await _wish(session, recording, "stopped", now)
    elif recording.state == RecordingState.PAUSED or call.state == CallState.HOLD:
        await _wish(session, recording, "paused", now)


async def _running(
    session: AsyncSession, actor: Actor, call_id: int, *states: RecordingState
) -> tuple[Call, Recording]:
    call = await calls.lock_call(session, call_id)
    await rooms.own_leg(session, actor, call)
    recording = await recordings.newest(session, call.id, *states)
    if recording is None:
        raise Refused("recording.none", ref=call.ref)
    return call, recording


async def _wish(session: AsyncSession, recording: Recording, status: str, now: datetime) -> None:
    """Before the carrier's number for it is known there is nothing to ask: see `reported`."""
    if recording.sid is not None:
        payload = {"recording": recording.id, "status": status}
        await outbox.enqueue(session, EffectKind.RECORDING, recordings.address(recording.id), payload, now)


async def _delete(session: AsyncSession, recording: Recording, now: datetime, *, is_there: bool) -> None:
    if not is_there:
        await _wish(session, recording, "stopped", now)
    await recordings.forget(session, recording, now, due_at=now if is_there else now + PUT_TOGETHER)


async def _tell(session: AsyncSession, recording: Recording, id: str, now: datetime) -> None:
    if recording.agent_id is not None:
        await notices.tell(session, recording.agent_id, id, "call", recording.call_id, now)


def _is_of_a_talk(recording: Recording) -> bool:
    over = {RecordingState.REFUSED, RecordingState.FAILED, RecordingState.WITHDRAWN}
    return recording.agreed_at is not None and recording.state not in over
