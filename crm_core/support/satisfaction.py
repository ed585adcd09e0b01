"""How content customers are: asked once a ticket, after it was resolved, on the channel they used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, outbox, rights
from crm_core.agents import SYSTEM, Actor, Agent
from crm_core.company import company_of
from crm_core.contacts import consents
from crm_core.contacts.consents import Channel, Purpose
from crm_core.contacts.contacts import Contact
from crm_core.db import Base
from crm_core.errors import Invalid, Refused
from crm_core.outbox import EffectKind
from crm_core.support import macros, tickets, ways
from crm_core.support.calendar import calendar_of
from crm_core.support.tickets import Ticket

TIMER = "ticket.ask-satisfaction"
DONE = {"resolved", "closed"}
FEWEST = 5
REPORTED = timedelta(days=90)
ANSWERED_WITHIN = timedelta(days=7)
LONGEST_COMMENT = 2000
_CONTENT = 4
# `4`, `4/5 very friendly`, `4: late`; a time, a date, a range or a longer number is none.
_RATING = re.compile(r"\s*([1-5])(?:\s?/\s?5)?(?!\d|[.,:/\-–]\s?\d)\s*[.,:!\-–]?\s*(.*)", re.DOTALL)


class Satisfaction(Base):
    """`team` is the one that resolved the ticket, as it was then. `asked_at` is empty when the answer came unasked."""

    __tablename__ = "satisfaction"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    team: Mapped[str | None]
    channel: Mapped[str]
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None] = mapped_column(index=True)
    rating: Mapped[int | None]
    comment: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),)


@dataclass(frozen=True, slots=True)
class TeamScore:
    """`average` in hundredths and `content` in percent; both None where so few answered that one could be guessed."""

    team: str | None
    answers: int
    average: int | None
    content: int | None


async def on_change(session: AsyncSession, ticket_id: int, now: datetime) -> None:
    """Asked in opening hours, and late enough that a slip can be taken back before."""
    question = company_of(session).satisfaction
    ticket = await session.get_one(Ticket, ticket_id)
    if question is None or ticket.status not in DONE:
        return
    due = calendar_of(company_of(session)).after(now, question.after)
    payload = {"verb": TIMER, "ticket": ticket.id}
    key = f"satisfaction:{ticket.id}:{now.isoformat()}"
    await outbox.enqueue(session, EffectKind.TIMER, f"timer:{key}", payload, now, due_at=due, dedupe_key=key)


async def on_due(session: AsyncSession, payload: dict[str, Any], now: datetime) -> None:
    """Nobody is asked twice about a ticket, nor about one that was opened again."""
    question = company_of(session).satisfaction
    ticket = await session.scalar(select(Ticket).where(Ticket.id == payload["ticket"]).with_for_update())
    if question is None or ticket is None or ticket.status not in DONE:
        return
    if await session.get(Satisfaction, ticket.id) is not None:
        return
    contact = await session.get(Contact, ticket.contact_id) if ticket.contact_id is not None else None
    way = await ways.way_used(session, ticket)
    if contact is None or way is None:
        return
    purpose = await asked_for(session, contact.id, way.channel)
    if not await ways.may(session, contact.id, way, purpose, now):
        return
    text = macros.in_language(question.text, contact, company_of(session))
    name = await tickets.assignee_name(session, ticket) or company_of(session).name
    written = macros.fill(text, company_of(session), ticket, contact, name)
    await _new(session, ticket, way.medium, now)
    await ways.send(session, SYSTEM, ticket, way, written, now, key=f"satisfaction-{ticket.id}", purpose=purpose)
    await activity.record(session, SYSTEM, "ticket.satisfaction-asked", "ticket", ticket.id, now)


async def asked_for(session: AsyncSession, contact_id: int, channel: Channel) -> Purpose:
    """A survey takes consent; where the house decides that it is part of the service, only who refused is not asked."""
    said = await consents.latest(session, contact_id, channel, Purpose.SURVEY)
    return Purpose.SURVEY if said is not None or needs_consent(session) else Purpose.SERVICE


def needs_consent(session: AsyncSession) -> bool:
    question = company_of(session).satisfaction
    return question is None or question.needs_consent


async def rate(
    session: AsyncSession, actor: Actor, ticket_id: int, rating: int, now: datetime, comment: str = ""
) -> Ticket:
    """By the customer, or by a colleague to whom they said it. A second thought replaces the first."""
    rights.require(actor, "satisfaction.rate")
    ticket = await tickets.read_ticket(session, actor, ticket_id)
    if not 1 <= rating <= 5:
        raise Invalid("satisfaction.no-rating")
    if len(comment) > LONGEST_COMMENT:
        raise Invalid("text.too-long", limit=LONGEST_COMMENT)
    if ticket.status not in DONE:
        raise Refused("satisfaction.not-resolved", ref=ticket.ref)
    held = await session.get(Satisfaction, ticket_id, with_for_update=True)
    answer = held or await _new(session, ticket, actor.channel, None)
    answer.rating, answer.comment, answer.answered_at = rating, comment.strip() or None, now
    await session.flush()
    await activity.record(session, actor, "ticket.rated", "ticket", ticket_id, now, {"rating": rating})
    await cards.refresh(session, "ticket", ticket_id, now)
    return ticket


async def answered(session: AsyncSession, actor: Actor, text: str, now: datetime) -> Ticket | None:
    """What a customer wrote back to the question; None when it is no rating or nothing was asked lately."""
    rights.require(actor, "satisfaction.rate")
    said = rating_in(text)
    asked = await asked_last(session, actor.contact_id, now) if said is not None else None
    if said is None or asked is None:
        return None
    return await rate(session, actor, asked.ticket_id, said[0], now, said[1][:LONGEST_COMMENT])


def rating_in(text: str) -> tuple[int, str] | None:
    """With what was said besides."""
    match = _RATING.fullmatch(text)
    return (int(match[1]), match[2]) if match is not None else None


async def asked_last(session: AsyncSession, contact_id: int | None, now: datetime) -> Satisfaction | None:
    """The question that an answer of theirs would be to."""
    if contact_id is None:
        return None
    return await session.scalar(
        select(Satisfaction)
        .join(Ticket, Ticket.id == Satisfaction.ticket_id)
        .where(
            Ticket.contact_id == contact_id,
            Ticket.status.in_(DONE),
            Satisfaction.answered_at.is_(None),
            Satisfaction.asked_at > now - ANSWERED_WITHIN,
        )
        .order_by(Satisfaction.asked_at.desc())
        .limit(1)
    )


async def by_team(session: AsyncSession, actor: Actor, now: datetime, team: str | None = None) -> Sequence[TeamScore]:
    """Of the last ninety days. There is no sum: what is held back of one team would follow from it."""
    rights.require(actor, "satisfaction.read")
    content = func.sum(case((Satisfaction.rating >= _CONTENT, 1), else_=0))
    query = (
        select(Satisfaction.team, func.count(), func.sum(Satisfaction.rating), content)
        .where(Satisfaction.answered_at > now - REPORTED, Satisfaction.rating.is_not(None))
        .group_by(Satisfaction.team)
        .order_by(Satisfaction.team)
    )
    if team is not None:
        query = query.where(Satisfaction.team == team)
    return [_score(*row) for row in await session.execute(query)]


async def remove_parts(session: AsyncSession, ticket_id: int) -> None:
    await session.execute(delete(Satisfaction).where(Satisfaction.ticket_id == ticket_id))


def _score(team: str | None, answers: int, total: int, content: int) -> TeamScore:
    if answers < FEWEST:
        return TeamScore(team, answers, None, None)
    return TeamScore(team, answers, round(total * 100 / answers), round(content * 100 / answers))


async def _new(session: AsyncSession, ticket: Ticket, channel: str, asked_at: datetime | None) -> Satisfaction:
    resolver = await session.get(Agent, ticket.assignee_id) if ticket.assignee_id is not None else None
    question = Satisfaction(
        ticket_id=ticket.id, team=resolver.team if resolver is not None else None, channel=channel, asked_at=asked_at
    )
    session.add(question)
    await session.flush()
    return question
