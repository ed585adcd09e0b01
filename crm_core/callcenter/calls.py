"""Calls: one conversation on the phone, from the first ring to the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Text, literal_column, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, followers, references, rights
from crm_core.activity import Json
from crm_core.agents import Actor
from crm_core.callcenter import board
from crm_core.callcenter.states import FINAL, CallState, may_follow
from crm_core.contacts.contacts import Contact
from crm_core.db import Record, one_of
from crm_core.errors import Invalid, Refused
from crm_core.message import say

# Written out, not bound: so that both databases see that the partial index serves.
OPEN = f"NOT ({one_of('state', sorted(FINAL))})"

_CALLED = "direction = 'outbound'"
OUTBOUND: ColumnElement[str] = literal_column("'outbound'")
"""For a condition by `to_number`: written out for the same reason."""


class Call(Record):
    """`ivr` is where the caller is in the menu: see telephony.ivr. Times are the carrier's own where it tells them.

    The one who called has no leg: `sid` is theirs. `queue` is the last one they waited in, `agent_id` who has them.
    `hold_seconds` is what all holds before the present one took together. `resumes_id`: the call this caller was cut
    off from, and came back from in time.
    """

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
    queue: Mapped[str | None]
    conference_sid: Mapped[str | None]
    disposition: Mapped[str | None]
    wrap_up_until: Mapped[datetime | None]
    talk_began_at: Mapped[datetime | None]
    talk_ended_at: Mapped[datetime | None]
    wrapped_up_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    hold_seconds: Mapped[int] = mapped_column(default=0)
    note: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    duration_seconds: Mapped[int | None]
    rating: Mapped[int | None]
    """From 1 to 5, by the caller."""
    rating_asked_at: Mapped[datetime | None]
    resumes_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    __table_args__ = (
        CheckConstraint("direction IN ('inbound', 'outbound')", name="direction"),
        CheckConstraint(one_of("state", CallState), name="state"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_call_from_number", "from_number", "id"),
        Index("ix_call_called", "to_number", "id", sqlite_where=text(_CALLED), postgresql_where=text(_CALLED)),
        Index("ix_call_open", "id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("ix_call_agent_id", "agent_id", "started_at"),
        Index("ix_call_resumes_id", "resumes_id", unique=True),
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
    return await session.scalar(select(Call).where(Call.sid == sid).with_for_update(key_share=True))


async def lock_call(session: AsyncSession, call_id: int) -> Call:
    """Raises NotFound."""
    return cast("Call", await references.lock(session, "call", call_id))


async def move_to(session: AsyncSession, call: Call, state: CallState, now: datetime) -> bool:
    """False for what the table of states does not allow: it came too late and changes nothing."""
    old = CallState(call.state)
    if not may_follow(old, state):
        return False
    call.state = state
    _measure(call, old, now)
    await changed(session, call, now)
    if state == CallState.WRAP_UP or call.is_over:
        await followers.tell(session, "call", call.id, now)
    return True


def refuse_unless(call: Call, *states: CallState) -> None:
    """Raises Refused, saying what it is instead."""
    if call.state not in states:
        raise Refused("call.not-now", ref=call.ref, state=say(f"call.state-{call.state}"))


async def changed(session: AsyncSession, call: Call, now: datetime) -> None:
    """Something beside its state did: buttons drawn before are stale, the card is drawn anew."""
    call.version += 1
    call.updated_at = now
    await session.flush()
    await cards.refresh(session, "call", call.id, now)
    await board.changed(session, now)


def _measure(call: Call, old: CallState, now: datetime) -> None:
    """When the talk began and ended, how long the caller was on hold, and when the agent was through with it."""
    if call.state == CallState.TALKING and call.talk_began_at is None:
        call.talk_began_at = now
    if call.state == CallState.HOLD:
        call.held_at = now
    elif old == CallState.HOLD and call.held_at is not None:
        call.hold_seconds += round((now - call.held_at).total_seconds())
        call.held_at = None
    if call.talk_began_at is not None and call.talk_ended_at is None and call.state in {CallState.WRAP_UP, *FINAL}:
        call.talk_ended_at = min(call.ended_at or now, now)
    if old == CallState.WRAP_UP:
        call.wrapped_up_at = now


async def open_calls(session: AsyncSession) -> Sequence[Call]:
    return (await session.scalars(select(Call).where(text(OPEN)).order_by(Call.id))).all()


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
        to_number=None,
        hold_seconds=0,
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


def with_note(call: Call, text: str) -> str:
    """What stands there already stays."""
    return "\n".join(part for part in (call.note, text.strip()) if part)


async def previous_talk(session: AsyncSession, call: Call) -> Call | None:
    """The last one with the same contact in which somebody spoke to them."""
    if call.contact_id is None:
        return None
    return await last_talk(session, call.contact_id, before=call.id)


async def last_talk(session: AsyncSession, contact_id: int, *, before: int | None = None) -> Call | None:
    """The newest call in which an agent spoke to them. One that was written down afterwards has no beginning."""
    spoken = or_(Call.talk_began_at.is_not(None), Call.state == CallState.DONE)
    query = select(Call).where(Call.contact_id == contact_id, Call.agent_id.is_not(None), spoken)
    if before is not None:
        query = query.where(Call.id < before)
    return await session.scalar(query.order_by(Call.id.desc()).limit(1))


async def list_calls(session: AsyncSession, actor: Actor, limit: int = 10) -> Sequence[Call]:
    """Newest first."""
    rights.require(actor, "call.read")
    return (await session.scalars(select(Call).order_by(Call.id.desc()).limit(limit))).all()
