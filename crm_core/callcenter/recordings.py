"""Recordings of voicemail and of talks. The sound stays with the carrier; the row says whose it is and how long."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import outbox
from crm_core.callcenter.calls import Call
from crm_core.db import Base, BigId, one_of
from crm_core.outbox import EffectKind


class RecordingState(enum.StrEnum):
    """`ASKED`: the customer hears the announcement. `WITHDRAWN`: agreed to no longer, and deleted."""

    ASKED = "asked"
    REFUSED = "refused"
    STARTING = "starting"
    RECORDING = "recording"
    PAUSED = "paused"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


RUNNING = (RecordingState.STARTING, RecordingState.RECORDING, RecordingState.PAUSED)


# Written out, not bound: so that both databases see that the partial index serves.
ENDING = "state = 'stopping'"


class Recording(Base):
    """Of a talk: `agent_id` wished for it, `wording` is the announcement as spoken, `agreed_at` when the key came.

    `consent_id` is the evidence with the contact; a caller whom nobody knows has agreed in this row alone.
    """

    __tablename__ = "recording"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(BigId, index=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    state: Mapped[str] = mapped_column(default=RecordingState.DONE)
    sid: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str | None]
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("consent.id"))
    wording: Mapped[str | None] = mapped_column(Text)
    duration_seconds: Mapped[int | None]
    created_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint(one_of("state", RecordingState), name="state"),
        Index("ix_recording_ending", "id", sqlite_where=text(ENDING), postgresql_where=text(ENDING)),
    )

    @property
    def has_sound(self) -> bool:
        return self.sid is not None and self.state == RecordingState.DONE


async def add_recording(
    session: AsyncSession, call: Call, sid: str, url: str, duration: int | None, now: datetime
) -> Recording:
    """Of a voicemail. The action and the recording callback both report it: one row."""
    recording = await session.scalar(select(Recording).where(Recording.sid == sid))
    if recording is None:
        recording = Recording(
            call_id=call.id,
            state=RecordingState.DONE,
            sid=sid,
            url=url,
            duration_seconds=duration,
            created_at=now,
        )
        session.add(recording)
    elif duration is not None:
        recording.duration_seconds = duration
    await session.flush()
    return recording


async def recording_of(session: AsyncSession, ticket_id: int) -> Recording | None:
    return await session.scalar(
        select(Recording).where(Recording.ticket_id == ticket_id).order_by(Recording.id).limit(1)
    )


async def of_call(session: AsyncSession, call_id: int) -> Sequence[Recording]:
    """Also those that were asked for in vain; the newest last."""
    found = await session.scalars(select(Recording).where(Recording.call_id == call_id).order_by(Recording.id))
    return found.all()


async def newest(session: AsyncSession, call_id: int, *states: RecordingState) -> Recording | None:
    """Held until the end of the transaction; the call is locked first."""
    return await session.scalar(
        select(Recording)
        .where(Recording.call_id == call_id, Recording.state.in_(states))
        .order_by(Recording.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def shown(session: AsyncSession, call_id: int) -> Recording | None:
    """The one that runs or is just asked for; for a reader, who holds nothing."""
    live = (RecordingState.ASKED, *RUNNING)
    return await session.scalar(
        select(Recording)
        .where(Recording.call_id == call_id, Recording.state.in_(live))
        .order_by(Recording.id.desc())
        .limit(1)
    )


def address(recording_id: int) -> str:
    """To start, pause, stop and delete one happens in this order."""
    return f"twilio:recording-{recording_id}"


async def forget(session: AsyncSession, recording: Recording, now: datetime, *, due_at: datetime | None = None) -> None:
    """The carrier is asked to delete the sound, if there is any; asked again it has nothing to delete."""
    if recording.sid is None:
        return
    payload = {"recording": recording.sid}
    await outbox.enqueue(session, EffectKind.FORGET, address(recording.id), payload, now, due_at=due_at)
