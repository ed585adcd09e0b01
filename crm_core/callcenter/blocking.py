"""Numbers that are turned away: whole ones, and beginnings, written with a star."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import phonenumbers
from sqlalchemy import ColumnElement, ForeignKey, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, phones, rights
from crm_core.agents import Actor, Agent
from crm_core.company import company_of
from crm_core.db import Base, BigId
from crm_core.errors import Invalid, NotFound, Refused

LONGEST_REASON = 200
MOST_SHOWN = 50
SHORTEST_PREFIX = 3
_NOT_DIALLED = re.compile(r"[\s()/\-.–]")


class BlockedNumber(Base):
    """`number`: E.164, or a beginning of it with a star behind. The row stays when `until` is over or was brought
    forward: it says who was turned away when, and why.
    """

    __tablename__ = "blocked_number"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]
    until: Mapped[datetime | None]
    blocked_by: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    at: Mapped[datetime]
    __table_args__ = ({"sqlite_autoincrement": True},)


async def block(
    session: AsyncSession, actor: Actor, raw: str, reason: str, now: datetime, until: datetime | None = None
) -> BlockedNumber:
    """Blocking again sets reason and end anew. Raises Invalid, and Refused for numbers of the house itself."""
    rights.require(actor, "number.block")
    number = pattern_of(raw, company_of(session).country)
    if not reason.strip():
        raise Invalid("number.reason-missing")
    if until is not None and until <= now:
        raise Invalid("number.past")
    await _refuse_own(session, number)
    found = await _row(session, number)
    if found is None:
        found = BlockedNumber(number=number)
        session.add(found)
    found.reason, found.until = reason.strip()[:LONGEST_REASON], until
    found.blocked_by, found.at = actor.agent_id, now
    await session.flush()
    await activity.record(session, actor, "number.blocked", "blocked_number", found.id, now)
    return found


async def unblock(session: AsyncSession, actor: Actor, raw: str, now: datetime) -> BlockedNumber:
    """Raises NotFound for what is not blocked."""
    rights.require(actor, "number.block")
    number = pattern_of(raw, company_of(session).country)
    found = await _row(session, number)
    if found is None or (found.until is not None and found.until <= now):
        raise NotFound("number.not-blocked", number=shown(number))
    found.until = now
    await session.flush()
    await activity.record(session, actor, "number.unblocked", "blocked_number", found.id, now)
    return found


async def blocked_numbers(
    session: AsyncSession, actor: Actor, now: datetime
) -> Sequence[tuple[BlockedNumber, str | None]]:
    """Those that are turned away now, each with who said so; the newest first."""
    rights.require(actor, "number.read")
    found = await session.execute(
        select(BlockedNumber, Agent.name)
        .outerjoin(Agent, Agent.id == BlockedNumber.blocked_by)
        .where(_holds(now))
        .order_by(BlockedNumber.at.desc(), BlockedNumber.id.desc())
        .limit(MOST_SHOWN)
    )
    return [(row[0], row[1]) for row in found]


async def why_blocked(session: AsyncSession, raw: str, now: datetime) -> str | None:
    """The reason why a caller is turned away; that of the whole number before that of a beginning."""
    number = None if phones.is_withheld(raw) else phones.e164(raw, company_of(session).country)
    if number is None:
        return None
    beginnings = [f"{number[:length]}*" for length in range(SHORTEST_PREFIX + 1, len(number) + 1)]
    return await session.scalar(
        select(BlockedNumber.reason)
        .where(BlockedNumber.number.in_([number, *beginnings]), _holds(now))
        .order_by((BlockedNumber.number == number).desc(), func.length(BlockedNumber.number).desc())
        .limit(1)
    )


def pattern_of(raw: str, region: str) -> str:
    """Raises Invalid for what is neither a number nor the beginning of one."""
    typed = raw.strip()
    if not typed.endswith("*"):
        return phones.require_e164(typed, region)
    digits = _NOT_DIALLED.sub("", typed[:-1])
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+{phonenumbers.country_code_for_region(region)}{digits[1:]}"
    if not re.fullmatch(rf"\+[1-9]\d{{{SHORTEST_PREFIX - 1},13}}", digits):
        raise Invalid("number.prefix-invalid", number=raw[:40], least=SHORTEST_PREFIX)
    return f"{digits}*"


def shown(pattern: str) -> str:
    return pattern if pattern.endswith("*") else phones.shown(pattern)


def covers(pattern: str, number: str) -> bool:
    return number.startswith(pattern[:-1]) if pattern.endswith("*") else number == pattern


async def _refuse_own(session: AsyncSession, pattern: str) -> None:
    theirs = await session.scalars(select(Agent.phone).where(Agent.phone.is_not(None), Agent.left_at.is_(None)))
    if any(covers(pattern, number) for number in (company_of(session).phone.number, *theirs) if number):
        raise Refused("number.ours", number=shown(pattern))


async def _row(session: AsyncSession, number: str) -> BlockedNumber | None:
    return await session.scalar(
        select(BlockedNumber).where(BlockedNumber.number == number).with_for_update(key_share=True)
    )


def _holds(now: datetime) -> ColumnElement[bool]:
    return or_(BlockedNumber.until.is_(None), BlockedNumber.until > now)
