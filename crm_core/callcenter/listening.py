"""Listening to a recording: who may, the short-lived address that opens it, and that it was heard."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, references, rights
from crm_core.agents import Actor, Agent, actor_of
from crm_core.callcenter import recordings
from crm_core.callcenter.recordings import Recording
from crm_core.company import company_of
from crm_core.db import Base, BigId
from crm_core.errors import Invalid, NotAllowed, Refused
from crm_core.rights import Reach

LASTS = timedelta(minutes=15)
_BORDERS: Mapping[str, Mapping[Reach, Reach]] = {
    "own": MappingProxyType({Reach.TEAM: Reach.OTHER}),
    "team": MappingProxyType({}),
    "all": MappingProxyType({Reach.TEAM: Reach.OWN, Reach.OTHER: Reach.OWN}),
}


class Listening(Base):
    """An address that was given to an agent; only the token's hash is kept. `heard_at`: when it was last opened."""

    __tablename__ = "listening"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]


async def of_call(
    session: AsyncSession, actor: Actor, call_id: int, now: datetime
) -> Sequence[tuple[Recording, str | None]]:
    """With an address for each that the actor may hear now. Raises NotFound."""
    rights.require(actor, "call.read")
    await references.read(session, "call", call_id)
    found: list[tuple[Recording, str | None]] = []
    for recording in await recordings.of_call(session, call_id):
        try:
            address = await open_address(session, actor, recording, now)
        except (NotAllowed, Refused):
            address = None
        found.append((recording, address))
    return found


async def open_address(session: AsyncSession, actor: Actor, recording: Recording, now: datetime) -> str:
    """Good for a quarter of an hour. Raises NotAllowed, and Refused while there is nothing to hear."""
    if actor.agent_id is None:
        raise Invalid("rights.not-linked")
    await require(session, actor, recording)
    if not recording.has_sound:
        raise Refused("recording.no-sound")
    await session.execute(delete(Listening).where(Listening.expires_at <= now))
    token = secrets.token_urlsafe(24)
    opened = Listening(
        recording_id=recording.id, agent_id=actor.agent_id, token_hash=_hash(token), expires_at=now + LASTS
    )
    session.add(opened)
    await session.flush()
    return f"{session.info['base_url']}/recordings/{token}"


async def require(session: AsyncSession, actor: Actor, recording: Recording) -> None:
    """A voicemail is the whole house's. Raises NotAllowed."""
    rights.require(actor, "recording.listen")
    borders = _BORDERS[company_of(session).callcenter.recordings]
    owner = recording.agent_id
    await rights.require_reach(session, actor, "recording.listen", owner, counted_as=borders)


async def hear(session: AsyncSession, token: str, now: datetime, *, from_the_start: bool) -> Recording | None:
    """Each listening is noted. None for a token that opens nothing any more, or whose owner may not listen now."""
    opened = await session.scalar(
        select(Listening)
        .where(Listening.token_hash == _hash(token), Listening.expires_at > now)
        .with_for_update(key_share=True)
    )
    if opened is None:
        return None
    recording = await session.get_one(Recording, opened.recording_id)
    agent = await session.get_one(Agent, opened.agent_id)
    if agent.left_at is not None or not recording.has_sound:
        return None
    actor = actor_of(agent, "web")
    try:
        await require(session, actor, recording)
    except NotAllowed:
        return None
    if from_the_start or opened.heard_at is None:
        opened.heard_at = now
        data = {"recording": recording.id}
        await activity.record(session, actor, "recording.heard", "call", recording.call_id, now, data)
    await session.flush()
    return recording


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
