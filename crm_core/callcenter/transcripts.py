"""What a voicemail says: wished for when it is there, written out by a transcriber, shown on its ticket's card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, outbox
from crm_core.agents import SYSTEM
from crm_core.callcenter import callers, recordings
from crm_core.callcenter.calls import Call
from crm_core.callcenter.recordings import Recording, Unwritten
from crm_core.outbox import EffectKind

LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Wish:
    """`language`: the one the caller is known to speak, if any."""

    sid: str
    language: str | None


async def wish(session: AsyncSession, recording: Recording, now: datetime) -> None:
    """Once a recording, and only where there is a transcriber."""
    if recording.sid is None or not session.info.get("has_transcriber"):
        return
    payload, address = {"recording": recording.id}, f"transcriber:recording-{recording.id}"
    await outbox.enqueue(session, EffectKind.TRANSCRIBE, address, payload, now, dedupe_key=address)


async def wished(session: AsyncSession, recording_id: int) -> Wish | None:
    """None when it was deleted meanwhile, or is written out already."""
    recording = await session.get(Recording, recording_id)
    if recording is None or not recording.has_sound or recording.sid is None or recording.transcript is not None:
        return None
    caller = await callers.caller_of(session, await session.get_one(Call, recording.call_id))
    return Wish(recording.sid, caller.language)


async def written(session: AsyncSession, recording_id: int, text: str, now: datetime) -> None:
    """What was said is in the recording alone, so that it goes with it; of one that is gone already nothing is kept."""
    said = _storable(text).strip()[:LONGEST_TEXT]
    if not said:
        await given_up(session, recording_id, Unwritten.SILENT, now)
        return
    recording = await _lock(session, recording_id)
    if recording is not None:
        recording.transcript, recording.unwritten = said, None
        await session.flush()
        data = {"recording": recording.id}
        await activity.record(session, SYSTEM, "call.voicemail-transcribed", "call", recording.call_id, now, data)
        await recordings.redraw(session, recording, now)


async def given_up(session: AsyncSession, recording_id: int, why: Unwritten, now: datetime) -> None:
    recording = await _lock(session, recording_id)
    if recording is not None:
        recording.unwritten = why
        await session.flush()
        data = {"recording": recording.id}
        await activity.record(session, SYSTEM, "call.voicemail-unwritten", "call", recording.call_id, now, data)
        await recordings.redraw(session, recording, now)


def _storable(text: str) -> str:
    """Without what no database takes: the zero character and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


async def _lock(session: AsyncSession, recording_id: int) -> Recording | None:
    found = await session.scalar(
        select(Recording)
        .where(Recording.id == recording_id, Recording.transcript.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found if found is not None and found.has_sound else None
