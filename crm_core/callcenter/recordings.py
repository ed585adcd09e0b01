"""Recordings of voicemail. The sound stays with the carrier; the row says where and how long."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.callcenter.calls import Call
from crm_core.db import Base, BigId


class Recording(Base):
    __tablename__ = "recording"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(BigId, index=True)
    sid: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    duration_seconds: Mapped[int | None]
    created_at: Mapped[datetime]


async def add_recording(
    session: AsyncSession, call: Call, sid: str, url: str, duration: int | None, now: datetime
) -> Recording:
    """The action and the recording callback both report it: one row."""
    recording = await session.scalar(select(Recording).where(Recording.sid == sid))
    if recording is None:
        recording = Recording(call_id=call.id, sid=sid, url=url, duration_seconds=duration, created_at=now)
        session.add(recording)
    elif duration is not None:
        recording.duration_seconds = duration
    await session.flush()
    return recording


async def recording_of(session: AsyncSession, ticket_id: int) -> Recording | None:
    return await session.scalar(
        select(Recording).where(Recording.ticket_id == ticket_id).order_by(Recording.id).limit(1)
    )
