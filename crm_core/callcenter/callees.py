"""Callees: who is on a call list, and how far calling them has come."""

from __future__ import annotations

import enum
import secrets
from datetime import datetime
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import references
from crm_core.activity import Json
from crm_core.agents import Actor, Agent
from crm_core.company import company_of
from crm_core.db import BigId, Record, one_of
from crm_core.errors import Invalid, Refused
from crm_core.message import say

REACHED = "reached"
"""How a talk ended of which nobody said more."""


class CalleeState(enum.StrEnum):
    """`OPEN`: to be called. `CALLING`: a call to them is under way. `DROPPED`: nobody calls them, whatever comes."""

    OPEN = "open"
    CALLING = "calling"
    DONE = "done"
    DROPPED = "dropped"


class Why(enum.StrEnum):
    """Why somebody is not on a list, or is not called any more though no call decided it."""

    ALREADY = "already"
    DO_NOT_CALL = "do-not-call"
    GONE = "gone"
    NO_CONSENT = "no-consent"
    NO_CONTACT = "no-contact"
    NO_NUMBER = "no-number"
    REMOVED = "removed"


_RETRY = "state = 'open' AND due_at IS NOT NULL"
_FRESH = "state = 'open' AND due_at IS NULL"


class Callee(Record):
    """One contact on one list. `rank` is the order of those without a time of their own; `due_at` the time from which
    they are called again, before anybody else.

    A preview is a lease: who is held no longer than `lease_until` may be given to another. `agent_id` had them last,
    `call_id` is the last call to them. `outcomes` counts how calls ended, `outcome` is the last one, `why` says what
    dropped them besides. `tag` and `deal_id` tell what brought them here.
    """

    __tablename__ = "callee"

    list_id: Mapped[int] = mapped_column(ForeignKey("calllist.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    deal_id: Mapped[int | None] = mapped_column(BigId, index=True)
    tag: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=CalleeState.OPEN)
    rank: Mapped[int] = mapped_column(BigId)
    due_at: Mapped[datetime | None]
    agent_id: Mapped[int | None] = mapped_column(BigId)
    lease_token: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    calls: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str | None]
    outcomes: Mapped[dict[str, int]] = mapped_column(Json)
    why: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint(one_of("state", CalleeState), name="state"),
        CheckConstraint(one_of("why", Why), name="why"),
        UniqueConstraint("list_id", "contact_id"),
        Index("ix_callee_retry", "list_id", "due_at", "id", sqlite_where=text(_RETRY), postgresql_where=text(_RETRY)),
        Index("ix_callee_fresh", "list_id", "rank", "id", sqlite_where=text(_FRESH), postgresql_where=text(_FRESH)),
        Index("ix_callee_agent_id", "agent_id", "updated_at"),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("callee", self.id)

    def is_held(self, now: datetime) -> bool:
        """By whoever looks at them."""
        return self.lease_token is not None and self.lease_until is not None and self.lease_until > now

    def let_go(self) -> None:
        self.lease_token = None
        self.lease_until = None

    def changed(self, now: datetime) -> None:
        """Buttons drawn before are stale."""
        self.version += 1
        self.updated_at = now


async def lock(session: AsyncSession, callee_id: int) -> Callee:
    """After the call and the agent, as everywhere. Raises NotFound."""
    return cast("Callee", await references.lock(session, "callee", callee_id))


async def hold(session: AsyncSession, callee: Callee, agent_id: int, now: datetime) -> None:
    """From now on it is this agent's turn with them."""
    callee.agent_id = agent_id
    callee.lease_token = secrets.token_hex(8)
    renew(session, callee, now)
    callee.changed(now)
    await session.flush()


def renew(session: AsyncSession, callee: Callee, now: datetime) -> None:
    """Whoever asks again looks at them anew; the buttons they have stay good."""
    callee.lease_until = now + company_of(session).callcenter.call_lists.claim


async def lock_own(session: AsyncSession, actor: Actor, callee_id: int, now: datetime) -> Callee:
    """To decide on. Raises NotFound, and Refused when somebody else has them."""
    callee = await lock(session, callee_id)
    await refuse_unless_own(session, actor, callee, now)
    return callee


async def refuse_unless_own(session: AsyncSession, actor: Actor, callee: Callee, now: datetime) -> None:
    """Whoever nobody looks at is anybody's; a lease that ran out is one's own while nobody else took it."""
    if actor.agent_id is None:
        raise Invalid("rights.not-linked")
    if callee.agent_id != actor.agent_id and (callee.is_held(now) or callee.state == CalleeState.CALLING):
        name = await session.scalar(select(Agent.name).where(Agent.id == callee.agent_id))
        raise Refused("callee.taken", ref=callee.ref, name=name)


def refuse_unless_open(callee: Callee) -> None:
    """Raises Refused, saying what they are instead."""
    if callee.state != CalleeState.OPEN:
        raise Refused("callee.not-open", ref=callee.ref, state=say(f"callee.state-{callee.state}"))


async def last_rank(session: AsyncSession, list_id: int) -> int:
    return await session.scalar(select(func.max(Callee.rank)).where(Callee.list_id == list_id)) or 0
