"""PINs: by one an agent is known on any phone. Only its salted hash is kept, and guessing ends soon."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, notices, pin_hashes, rights
from crm_core.agents import SYSTEM, Actor, Agent, Role
from crm_core.callcenter import work
from crm_core.db import Base
from crm_core.errors import Invalid, NotAllowed
from crm_core.message import say

SHORTEST, LONGEST = 4, 10
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
LONGEST_LOCK = timedelta(days=1)
_DIGITS = "01234567890123456789"


class AgentPin(Base):
    """`failures` in a row; every fifth locks the PIN, twice as long as the one before."""

    __tablename__ = "agent_pin"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True, autoincrement=False)
    hash: Mapped[str]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    set_at: Mapped[datetime]


async def set_pin(session: AsyncSession, actor: Actor, agent_id: int, pin: str, now: datetime) -> Agent:
    """One's own, or anybody's for an admin; a lock ends with it. Raises Invalid for one that is too easy."""
    rights.require(actor, "agent.set-pin")
    if agent_id != actor.agent_id and (actor.role is None or actor.role < Role.ADMIN):
        raise NotAllowed("rights.role", role=say("agent.role-agent"))
    _require_hard(pin)
    agent = await work.lock_agent(session, agent_id)
    await session.execute(delete(AgentPin).where(AgentPin.agent_id == agent.id))
    session.add(AgentPin(agent_id=agent.id, hash=pin_hashes.hashed(pin), failures=0, set_at=now))
    await session.flush()
    await activity.record(session, actor, "agent.pin-set", "agent", agent.id, now)
    return agent


async def is_right(session: AsyncSession, agent_id: int | None, pin: str, now: datetime) -> bool:
    """A failure is counted: commit whatever comes of it. Nobody learns from the answer, or from the time it takes,
    whether there is such an agent, a PIN of theirs, or a lock on it.
    """
    known = await session.get(AgentPin, agent_id or 0, with_for_update=True, populate_existing=True)
    matches = pin_hashes.matches(known.hash if known is not None else None, pin)
    if known is None or (known.locked_until is not None and known.locked_until > now):
        return False
    if matches:
        known.failures, known.locked_until = 0, None
        await session.flush()
        return True
    known.failures += 1
    if known.failures % MOST_FAILURES == 0:
        await _lock(session, known, now)
    await session.flush()
    return False


async def forget(session: AsyncSession, _actor: Actor, agent_id: int, _heir_id: int, _now: datetime) -> None:
    """They do not work here any more."""
    await session.execute(delete(AgentPin).where(AgentPin.agent_id == agent_id))


async def _lock(session: AsyncSession, known: AgentPin, now: datetime) -> None:
    times = min(known.failures // MOST_FAILURES, 20)
    known.locked_until = now + min(LOCKED_FOR * 2 ** (times - 1), LONGEST_LOCK)
    data = {"until": known.locked_until.isoformat()}
    await activity.record(session, SYSTEM, "agent.pin-locked", "agent", known.agent_id, now, data)
    await notices.tell(session, known.agent_id, "notice.pin-locked", "agent", known.agent_id, now)


def _require_hard(pin: str) -> None:
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        raise Invalid("pin.length", shortest=SHORTEST, longest=LONGEST)
    if len(set(pin)) == 1 or pin in _DIGITS or pin in _DIGITS[::-1]:
        raise Invalid("pin.too-easy")
