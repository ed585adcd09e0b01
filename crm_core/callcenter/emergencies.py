"""Emergencies: what every caller is told for a while, and what becomes of the queues meanwhile."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CheckConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, outbox, references, rights
from crm_core.activity import Json
from crm_core.agents import SYSTEM, Actor
from crm_core.callcenter import board, moving
from crm_core.company import company_of
from crm_core.db import Record, one_of
from crm_core.errors import Invalid, NotFound, Refused
from crm_core.outbox import EffectKind

ENDED = "emergency.ended"
BACK = "emergency.back"
LONGEST = timedelta(days=7)
LONGEST_TEXT = 500


class Action(enum.StrEnum):
    """What becomes of the queues: nothing, nobody comes in any more, or everybody goes to one of them."""

    ANNOUNCE = "announce"
    CLOSE = "close"
    DIVERT = "divert"


class Emergency(Record):
    """`texts`: what is said, by language; in a language without one a general sentence is said."""

    __tablename__ = "emergency"

    texts: Mapped[dict[str, str]] = mapped_column(Json)
    action: Mapped[str]
    divert_to: Mapped[str | None]
    declared_by: Mapped[str]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (CheckConstraint(one_of("action", Action), name="action"), {"sqlite_autoincrement": True})

    @property
    def ref(self) -> str:
        return references.ref("emergency", self.id)

    @property
    def closes(self) -> bool:
        return self.action == Action.CLOSE

    def queue_for(self, queue: str) -> str:
        """Where who wants to wait in a queue waits instead."""
        return self.divert_to or queue


async def current(session: AsyncSession, now: datetime) -> Emergency | None:
    """The one that is on. It is over at its time, whether or not any timer has come."""
    return await session.scalar(
        select(Emergency)
        .where(Emergency.ended_at.is_(None), Emergency.until > now)
        .order_by(Emergency.id.desc())
        .limit(1)
    )


async def declare(
    session: AsyncSession,
    actor: Actor,
    texts: Mapping[str, str],
    until: datetime,
    now: datetime,
    *,
    action: Action = Action.ANNOUNCE,
    divert_to: str | None = None,
) -> Emergency:
    """It takes the place of one that is on. Who waits now is diverted too. Raises Invalid, or NotFound for a queue."""
    rights.require(actor, "emergency.declare")
    if not now < until <= now + LONGEST:
        raise Invalid("emergency.until-invalid", days=LONGEST.days)
    queues = company_of(session).queues
    if action is Action.DIVERT and divert_to not in queues:
        raise NotFound("ticket.queue-unknown", text=(divert_to or "")[:40], names=", ".join(queues))
    said = _sayable(texts)
    await _end_all(session, actor, now)
    emergency = Emergency(
        texts=said,
        action=action,
        divert_to=divert_to if action is Action.DIVERT else None,
        declared_by=actor.name,
        until=until,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(emergency)
    await session.flush()
    payload, address = {"verb": ENDED, "emergency": emergency.id}, f"timer:emergency-{emergency.id}"
    await outbox.enqueue(session, EffectKind.TIMER, address, payload, now, due_at=emergency.until)
    await activity.created(session, actor, emergency, "emergency.declared", now)
    if emergency.divert_to is not None:
        await moving.divert_all(session, emergency.divert_to, now)
    await board.changed(session, now)
    return emergency


async def say_also(session: AsyncSession, actor: Actor, texts: Mapping[str, str], now: datetime) -> Emergency:
    """What the one that is on says in these languages from now on. Raises Refused when none is on, and Invalid."""
    rights.require(actor, "emergency.declare")
    found = await current(session, now)
    if found is None:
        raise Refused("emergency.none")
    emergency = cast("Emergency", await references.lock(session, "emergency", found.id))
    said = {**emergency.texts, **_sayable(texts)}
    await activity.change(session, actor, emergency, "emergency.reworded", now, texts=said)
    await board.changed(session, now)
    return emergency


async def end(session: AsyncSession, actor: Actor, now: datetime) -> None:
    """Before its time. Raises Refused when none is on."""
    rights.require(actor, "emergency.declare")
    if not await _end_all(session, actor, now):
        raise Refused("emergency.none")


async def on_due(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    emergency = await session.get(Emergency, payload["emergency"], with_for_update=True)
    if emergency is not None and emergency.ended_at is None and emergency.until <= now:
        await _over(session, SYSTEM, emergency, emergency.until, now)


async def on_back(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """Who still waits where the emergency sent them; another one that diverts has them now."""
    another = await current(session, now)
    if another is None or another.divert_to is None:
        await moving.bring_back(session, payload["call"], payload["queue"], now)


async def _end_all(session: AsyncSession, actor: Actor, now: datetime) -> int:
    """Two leads may have declared one at the same moment: neither comes back when the other is over."""
    found = await session.scalars(
        select(Emergency)
        .where(Emergency.ended_at.is_(None), Emergency.until > now)
        .order_by(Emergency.id)
        .with_for_update(key_share=True)
    )
    emergencies = found.all()
    for emergency in emergencies:
        await _over(session, actor, emergency, now, now)
    return len(emergencies)


def _sayable(texts: Mapping[str, str]) -> dict[str, str]:
    said = {language: text.strip() for language, text in texts.items() if text.strip()}
    if not said:
        raise Invalid("emergency.text-missing")
    if max(map(len, said.values())) > LONGEST_TEXT:
        raise Invalid("text.too-long", limit=LONGEST_TEXT)
    return said


async def _over(session: AsyncSession, actor: Actor, emergency: Emergency, at: datetime, now: datetime) -> None:
    emergency.ended_at = at
    emergency.version += 1
    emergency.updated_at = now
    await session.flush()
    for call_id in await moving.waiting_in(session, emergency.divert_to) if emergency.divert_to is not None else []:
        payload = {"verb": BACK, "call": call_id, "queue": emergency.divert_to}
        await outbox.enqueue(session, EffectKind.TIMER, moving.divert_address(call_id), payload, now)
    await activity.record(session, actor, "emergency.ended", "emergency", emergency.id, now)
    await board.changed(session, now)
