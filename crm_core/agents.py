"""Agents, their roles and the identities under which channels know people."""

from __future__ import annotations

import enum
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.db import Base, BigId, Record, one_of
from crm_core.errors import Invalid, NotFound

INVITE_LIFETIME = timedelta(days=7)
_NAMES = JSON().with_variant(JSONB(), "postgresql")


class Role(enum.IntEnum):
    """Ordered: a higher role may do what a lower one may."""

    VIEWER = 1
    AGENT = 2
    LEAD = 3
    ADMIN = 4


class Proof(enum.IntEnum):
    """How sure we are who speaks, from nobody to a linked agent."""

    NONE = 0
    CALLER_ID = 1
    CONTACT_SHARE = 2
    PIN = 3
    LINKED = 4


class Presence(enum.StrEnum):
    """The first three are said by people; the others follow from the call an agent is offered or has."""

    AVAILABLE = "available"
    AWAY = "away"
    OFFLINE = "offline"
    RESERVED = "reserved"
    RINGING = "ringing"
    ON_CALL = "on-call"
    WRAP_UP = "wrap-up"


ASKED = frozenset({Presence.RESERVED, Presence.RINGING})
BUSY = frozenset({Presence.RESERVED, Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP})


class Agent(Record):
    """`phone` is a number or a SIP address. `languages` and `skills` decide which callers are offered to them.

    `presence_next` is what they are after the call that they are busy with; None: available. `shift_turned_at`: the
    begin or end of a shift that was carried out last.
    """

    __tablename__ = "agent"

    name: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None]
    phone: Mapped[str | None]
    role: Mapped[str]
    language: Mapped[str]
    team: Mapped[str | None]
    presence: Mapped[str] = mapped_column(default=Presence.OFFLINE)
    presence_since: Mapped[datetime]
    presence_reason: Mapped[str | None]
    presence_next: Mapped[str | None]
    languages: Mapped[list[str]] = mapped_column(_NAMES, default=list)
    skills: Mapped[list[str]] = mapped_column(_NAMES, default=list)
    missed_offers: Mapped[int] = mapped_column(default=0)
    offered_at: Mapped[datetime | None]
    shift_turned_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    """Set for who does not work here any more: their name stays with what they did."""
    __table_args__ = (
        CheckConstraint("role IN ('viewer', 'agent', 'lead', 'admin')", name="role"),
        CheckConstraint(one_of("presence", Presence), name="presence"),
        {"sqlite_autoincrement": True},
    )

    def speaks(self, language: str) -> bool:
        """Who states no languages speaks their own."""
        return language in (self.languages or [self.language])


class Identity(Base):
    """One account of a channel (`slack` U012…, `telegram` 5552…) that belongs to an agent."""

    __tablename__ = "identity"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str]
    external_id: Mapped[str]
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("channel", "external_id"),)


class Invite(Base):
    """A single-use code that links an account to an agent; only its hash is stored."""

    __tablename__ = "invite"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    code_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, where and how sure we are: the key of the rights table and of the timeline."""

    name: str
    channel: str
    language: str
    role: Role | None = None
    agent_id: int | None = None
    contact_id: int | None = None
    proof: Proof = Proof.NONE


SYSTEM = Actor(name="Offhook", channel="system", language="en", role=Role.ADMIN, proof=Proof.LINKED)


def actor_of(agent: Agent, channel: str) -> Actor:
    return Actor(
        name=agent.name,
        channel=channel,
        language=agent.language,
        role=Role[agent.role.upper()],
        agent_id=agent.id,
        proof=Proof.LINKED,
    )


async def find_agent(session: AsyncSession, name: str) -> Agent:
    """By full name or an unambiguous first name, in any case. Raises NotFound."""
    wanted = name.strip().lstrip("@").casefold()
    agents = list(await session.scalars(select(Agent).where(Agent.left_at.is_(None)).order_by(Agent.id)))
    exact = [agent for agent in agents if agent.name.casefold() == wanted]
    first = [agent for agent in agents if agent.name.casefold().split()[0] == wanted]
    if exact or len(first) == 1:
        return (exact or first)[0]
    raise NotFound("agent.unknown", ref=name)


async def name_of(session: AsyncSession, agent_id: int | None) -> str:
    """A dash for nobody."""
    return await session.scalar(select(Agent.name).where(Agent.id == agent_id)) or "–"


async def add_agent(
    session: AsyncSession,
    *,
    name: str,
    role: Role,
    language: str,
    now: datetime,
    phone: str | None = None,
    team: str | None = None,
    languages: Sequence[str] = (),
) -> Agent:
    agent = Agent(
        name=name,
        role=role.name.lower(),
        language=language,
        phone=phone,
        team=team,
        languages=list(languages),
        presence=Presence.OFFLINE,
        presence_since=now,
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(agent)
    await session.flush()
    return agent


async def identify(session: AsyncSession, channel: str, external_id: str) -> Actor | None:
    """The agent behind an account of a channel; None when nobody linked it."""
    agent = await session.scalar(
        select(Agent)
        .join(Identity)
        .where(Identity.channel == channel, Identity.external_id == external_id, Agent.left_at.is_(None))
    )
    return actor_of(agent, channel) if agent is not None else None


async def link(session: AsyncSession, agent: Agent, channel: str, external_id: str, now: datetime) -> None:
    """An account belongs to one agent: linking it again moves it."""
    known = await session.scalar(
        select(Identity).where(Identity.channel == channel, Identity.external_id == external_id)
    )
    if known is not None:
        known.agent_id = agent.id
    else:
        session.add(Identity(channel=channel, external_id=external_id, agent_id=agent.id, created_at=now))
    await session.flush()


async def external_id(session: AsyncSession, agent_id: int, channel: str) -> str | None:
    return await session.scalar(
        select(Identity.external_id).where(Identity.agent_id == agent_id, Identity.channel == channel)
    )


async def invite(session: AsyncSession, agent: Agent, now: datetime) -> str:
    """The code, shown once; it links one account within a week."""
    code = secrets.token_urlsafe(9)
    session.add(Invite(agent_id=agent.id, code_hash=_hash(code), expires_at=now + INVITE_LIFETIME))
    await session.flush()
    return code


async def redeem(session: AsyncSession, code: str, channel: str, account: str, now: datetime) -> Agent:
    """Links the account. Raises Invalid for a code that is wrong, used or too old (one message for all three)."""
    agent_id = await session.scalar(
        update(Invite)
        .where(Invite.code_hash == _hash(code), Invite.used_at.is_(None), Invite.expires_at > now)
        .values(used_at=now)
        .returning(Invite.agent_id)
    )
    agent = await session.get(Agent, agent_id) if agent_id is not None else None
    if agent is None:
        raise Invalid("invite.invalid")
    await link(session, agent, channel, account, now)
    return agent


async def count(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(Agent)) or 0


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
