"""Calls: one conversation on the phone, from the first ring to the end."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, references, rights
from crm_core.activity import Json
from crm_core.agents import Actor
from crm_core.contacts.contacts import Contact
from crm_core.db import Record
from crm_core.errors import Invalid


class CallState(enum.StrEnum):
    IVR = "ivr"
    QUEUED = "queued"
    CONNECTING = "connecting"
    TALKING = "talking"
    VOICEMAIL = "voicemail"
    DONE = "done"
    ABANDONED = "abandoned"


FINAL = frozenset({CallState.DONE, CallState.ABANDONED})


class Call(Record):
    """`ivr` is where the caller is in the menu: see telephony.ivr. Times are the carrier's own where it tells them."""

    __tablename__ = "call"

    sid: Mapped[str | None] = mapped_column(unique=True)
    direction: Mapped[str]
    from_number: Mapped[str | None]
    to_number: Mapped[str | None]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    state: Mapped[str]
    carrier_status: Mapped[str | None]
    language: Mapped[str | None]
    ivr: Mapped[dict[str, Any]] = mapped_column(Json)
    note: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    duration_seconds: Mapped[int | None]
    rating: Mapped[int | None]
    """From 1 to 5, by the caller."""
    __table_args__ = (
        CheckConstraint("direction IN ('inbound', 'outbound')", name="direction"),
        CheckConstraint(
            "state IN ('ivr', 'queued', 'connecting', 'talking', 'voicemail', 'done', 'abandoned')", name="state"
        ),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_call_from_number", "from_number", "id"),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("call", self.id)

    @property
    def rejected_because(self) -> str | None:
        """Why it was turned away: its number was blocked."""
        return self.ivr.get("rejected")

    @property
    def is_over(self) -> bool:
        return self.state in FINAL


async def number_of(session: AsyncSession, call_id: int) -> str | None:
    """Whom a text about it would reach; None when the number was withheld."""
    return await session.scalar(select(Call.from_number).where(Call.id == call_id, Call.direction == "inbound"))


async def lock_by_sid(session: AsyncSession, sid: str) -> Call | None:
    """Held until the end of the transaction."""
    return await session.scalar(select(Call).where(Call.sid == sid).with_for_update())


async def lock_call(session: AsyncSession, call_id: int) -> Call:
    """Raises NotFound."""
    return cast("Call", await references.lock(session, "call", call_id))


async def move_to(session: AsyncSession, call: Call, state: CallState, now: datetime) -> None:
    """A call that is over stays over."""
    if call.is_over or call.state == state:
        return
    call.state = state
    call.version += 1
    call.updated_at = now
    await session.flush()
    await cards.refresh(session, "call", call.id, now)


async def speak(session: AsyncSession, call: Call, language: str, now: datetime) -> None:
    """The caller chose a language: it holds for this call and is remembered for the next one."""
    call.language = language
    call.updated_at = now
    if call.contact_id is not None:
        contact = await session.get(Contact, call.contact_id)
        if contact is not None and contact.language != language:
            contact.language = language
            contact.updated_at = now
    await session.flush()


async def log_call(
    session: AsyncSession, actor: Actor, *, contact: Contact, note: str, now: datetime, minutes: int | None = None
) -> Call:
    """A call held outside Offhook, written down afterwards. Raises Invalid for an empty note."""
    rights.require(actor, "call.log")
    if not note.strip():
        raise Invalid("call.note-missing")
    call = Call(
        direction="outbound",
        contact_id=contact.id,
        agent_id=actor.agent_id,
        state=CallState.DONE,
        ivr={},
        note=note.strip(),
        started_at=now,
        ended_at=now,
        duration_seconds=minutes * 60 if minutes is not None else None,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(call)
    await session.flush()
    await activity.created(session, actor, call, "call.logged", now)
    return call


async def list_calls(session: AsyncSession, actor: Actor, limit: int = 10) -> Sequence[Call]:
    """Newest first."""
    rights.require(actor, "call.read")
    return (await session.scalars(select(Call).order_by(Call.id.desc()).limit(limit))).all()
