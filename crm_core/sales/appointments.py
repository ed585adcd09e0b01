"""Appointments: who meets whom, where, from when until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ForeignKey, Index, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, references, rights
from crm_core.agenda import Entry
from crm_core.agents import Actor, Agent
from crm_core.db import Base, Record
from crm_core.errors import Invalid, Refused

LONGEST_TEXT = 200
USUAL = timedelta(hours=1)
LONGEST = timedelta(days=14)


class Appointment(Record):
    """`title` may be empty: then it is about whom it is with."""

    __tablename__ = "appointment"

    title: Mapped[str]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    place: Mapped[str | None]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_appointment_start_at", "start_at"), {"sqlite_autoincrement": True})

    @property
    def ref(self) -> str:
        return references.ref("appointment", self.id)


class Attendee(Base):
    """A colleague who is to be there."""

    __tablename__ = "appointment_agent"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True, index=True)


async def make_appointment(
    session: AsyncSession,
    actor: Actor,
    *,
    start_at: datetime,
    now: datetime,
    title: str = "",
    contact_id: int | None = None,
    place: str | None = None,
    end_at: datetime | None = None,
) -> Appointment:
    """The actor attends. Raises Invalid for an end before the start, or for one that lasts for weeks."""
    rights.require(actor, "appointment.make")
    end = end_at or start_at + USUAL
    if not timedelta() < end - start_at <= LONGEST:
        raise Invalid("appointment.span-invalid")
    appointment = Appointment(
        title=" ".join(title.split())[:LONGEST_TEXT],
        contact_id=contact_id,
        place=" ".join(place.split())[:LONGEST_TEXT] if place else None,
        start_at=start_at,
        end_at=end,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(appointment)
    await session.flush()
    if actor.agent_id is not None:
        session.add(Attendee(appointment_id=appointment.id, agent_id=actor.agent_id))
        await session.flush()
    await activity.created(session, actor, appointment, "appointment.made", now)
    return appointment


async def invite(session: AsyncSession, actor: Actor, appointment_id: int, agent_id: int, now: datetime) -> Appointment:
    rights.require(actor, "appointment.change")
    appointment = await _coming(session, appointment_id)
    if await session.get(Attendee, (appointment_id, agent_id)) is not None:
        raise Refused("appointment.attends-already", ref=appointment.ref)
    session.add(Attendee(appointment_id=appointment_id, agent_id=agent_id))
    appointment.version += 1
    appointment.updated_at = now
    await session.flush()
    await activity.record(session, actor, "appointment.joined", "appointment", appointment.id, now)
    return appointment


async def postpone(
    session: AsyncSession, actor: Actor, appointment_id: int, start_at: datetime, now: datetime
) -> Appointment:
    """To another time, for as long as before."""
    rights.require(actor, "appointment.change")
    appointment = await _coming(session, appointment_id)
    times = {"start_at": start_at, "end_at": start_at + (appointment.end_at - appointment.start_at)}
    await activity.change(session, actor, appointment, "appointment.postponed", now, **times)
    return appointment


async def rename(session: AsyncSession, actor: Actor, appointment_id: int, title: str, now: datetime) -> Appointment:
    """What it is about. Raises Invalid for nothing."""
    rights.require(actor, "appointment.change")
    clean = " ".join(title.split())
    if not clean:
        raise Invalid("appointment.title-missing")
    appointment = await _coming(session, appointment_id)
    await activity.change(session, actor, appointment, "appointment.renamed", now, title=clean[:LONGEST_TEXT])
    return appointment


async def cancel(session: AsyncSession, actor: Actor, appointment_id: int, now: datetime) -> Appointment:
    rights.require(actor, "appointment.change")
    appointment = await _coming(session, appointment_id)
    await activity.change(session, actor, appointment, "appointment.cancelled", now, cancelled_at=now)
    return appointment


async def my_appointments(
    session: AsyncSession, actor: Actor, since: datetime, until: datetime, limit: int = 15
) -> Sequence[Appointment]:
    rights.require(actor, "appointment.read")
    if actor.agent_id is None:
        return []
    return (await appointments_of(session, actor.agent_id, since, until))[:limit]


async def appointments_of(
    session: AsyncSession, agent_id: int, since: datetime, until: datetime
) -> Sequence[Appointment]:
    """Those of a colleague that touch the span and were not cancelled, in order; for days, weeks and calendars."""
    found = await session.scalars(
        select(Appointment)
        .join(Attendee, Attendee.appointment_id == Appointment.id)
        .where(
            Attendee.agent_id == agent_id,
            Appointment.start_at < until,
            # None lasts longer, so the index on the start is enough to skip the past.
            Appointment.start_at > since - LONGEST,
            Appointment.end_at > since,
            Appointment.cancelled_at.is_(None),
        )
        .order_by(Appointment.start_at, Appointment.id)
    )
    return found.all()


async def on_the_day(session: AsyncSession, agent_id: int, now: datetime, until: datetime) -> Sequence[Entry]:
    """What the agenda and the calendar show of them."""
    return [
        Entry(
            "appointment",
            found.id,
            found.title,
            found.updated_at,
            at=found.start_at,
            ends_at=found.end_at,
            private=found.place or "",
            say=f"show {found.ref}",
        )
        for found in await appointments_of(session, agent_id, now, until)
    ]


async def attendees(session: AsyncSession, appointment_id: int) -> Sequence[Agent]:
    found = await session.scalars(
        select(Agent)
        .join(Attendee, Attendee.agent_id == Agent.id)
        .where(Attendee.appointment_id == appointment_id)
        .order_by(Agent.id)
    )
    return found.all()


async def remove_attendees(session: AsyncSession, appointment_id: int) -> None:
    await session.execute(delete(Attendee).where(Attendee.appointment_id == appointment_id))


async def _coming(session: AsyncSession, appointment_id: int) -> Appointment:
    appointment = cast("Appointment", await references.lock(session, "appointment", appointment_id))
    if appointment.cancelled_at is not None:
        raise Refused("appointment.cancelled-already", ref=appointment.ref)
    return appointment
