"""Numbers that are turned away: whole ones, and beginnings, written with a star."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import phonenumbers
from sqlalchemy import ColumnElement, ForeignKey, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, digests, phones, rights
from crm_core.agents import Actor, Agent
from crm_core.company import company_of
from crm_core.db import Base, BigId
from crm_core.digests import DigestKey
from crm_core.errors import Invalid, NotFound, Refused
from crm_core.outbox import insert_ignoring

LONGEST_REASON = 200
MOST_SHOWN = 50
SHORTEST_PREFIX = 3
_NOT_DIALLED = re.compile(r"[\s()/\-.–]")


class BlockedNumber(Base):
    """`number`: E.164, or a beginning of it with a star behind. The row stays when `until` is over or was brought
    forward: it says who was turned away when, and why. Once the number's owner is erased it is None, and `digest` tells
    it when it calls again.
    """

    __tablename__ = "blocked_number"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str | None] = mapped_column(unique=True)
    digest: Mapped[str | None] = mapped_column(unique=True)
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
    said = {
        "number": number,
        "digest": None,
        "reason": reason.strip()[:LONGEST_REASON],
        "until": until,
        "blocked_by": actor.agent_id,
        "at": now,
    }
    if await _row(session, number) is None:
        # Of two who block it at once one finds the other's row.
        await session.execute(insert_ignoring(session, BlockedNumber.__table__), said)
    found = await _row(session, number)
    assert found is not None, "it was just written in this transaction"
    for column, value in said.items():
        setattr(found, column, value)
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
    # Those of erased people are few, and none of them is found without the key: one statement for every call.
    key = select(DigestKey.key).scalar_subquery()
    found = await session.execute(
        select(BlockedNumber, key)
        .where(or_(BlockedNumber.number.in_([number, *beginnings]), BlockedNumber.number.is_(None)), _holds(now))
        .order_by((BlockedNumber.number == number).desc(), func.length(BlockedNumber.number).desc())
    )
    rows = found.all()
    known = next((row for row, _key in rows if row.number is not None), None)
    erased = next((row for row, key in rows if row.number is None and row.digest == digests.digest(key, number)), None)
    blocked = known if known is not None and known.number == number else erased or known
    return blocked.reason if blocked is not None else None


async def keep_digests(session: AsyncSession, numbers: Sequence[str]) -> None:
    """For when their owner is erased, and they are turned away still."""
    blocked = (await session.scalars(select(BlockedNumber).where(BlockedNumber.number.in_(numbers)))).all()
    keyed = await digests.new_digests(session, [row.number for row in blocked if row.number]) if blocked else {}
    for row in blocked:
        row.digest = keyed[str(row.number)]
    await session.flush()


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


def shown(pattern: str | None) -> str:
    if pattern is None:
        return "–"
    return pattern if pattern.endswith("*") else phones.shown(pattern)


def covers(pattern: str, number: str) -> bool:
    return number.startswith(pattern[:-1]) if pattern.endswith("*") else number == pattern


async def _refuse_own(session: AsyncSession, pattern: str) -> None:
    theirs = await session.scalars(select(Agent.phone).where(Agent.phone.is_not(None), Agent.left_at.is_(None)))
    if any(covers(pattern, number) for number in (company_of(session).phone.number, *theirs) if number):
        raise Refused("number.ours", number=shown(pattern))


async def _row(session: AsyncSession, number: str) -> BlockedNumber | None:
    """Also of who was erased since."""
    keyed = await digests.digests(session, [number])
    return await session.scalar(
        select(BlockedNumber)
        .where(or_(BlockedNumber.number == number, BlockedNumber.digest.in_(keyed.values())))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _holds(now: datetime) -> ColumnElement[bool]:
    return or_(BlockedNumber.until.is_(None), BlockedNumber.until > now)
