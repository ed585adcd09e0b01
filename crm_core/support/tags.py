"""Tags: the words that colleagues put on tickets to find them together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import rights
from crm_core.agents import Actor
from crm_core.db import Base, Record
from crm_core.errors import Invalid, Refused
from crm_core.outbox import insert_ignoring
from crm_core.support import tickets
from crm_core.support.tickets import Ticket

LONGEST_TAG = 40


class TicketTag(Base):
    __tablename__ = "ticket_tag"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(LONGEST_TAG), primary_key=True)
    __table_args__ = (Index("ix_ticket_tag_tag", "tag", "ticket_id"),)


def clean(word: str) -> str:
    """`#Outage` and `outage` are one tag. Raises Invalid."""
    tag = word.strip().lstrip("#").casefold()
    if not tag or len(tag) > LONGEST_TAG or any(letter.isspace() for letter in tag):
        raise Invalid("ticket.tag-invalid", limit=LONGEST_TAG)
    return tag


async def tag(session: AsyncSession, actor: Actor, ticket_id: int, word: str, now: datetime) -> Ticket:
    rights.require(actor, "ticket.tag")
    wanted = clean(word)
    ticket = await tickets.locked(session, ticket_id)
    if wanted in await tags_of(session, ticket_id):
        raise Refused("ticket.already-tagged", ref=ticket.ref, tag=wanted)
    await session.execute(insert(TicketTag).values(ticket_id=ticket_id, tag=wanted))
    await tickets.change(session, actor, ticket, "ticket.tagged", now, {"tag": wanted})
    return ticket


async def untag(session: AsyncSession, actor: Actor, ticket_id: int, word: str, now: datetime) -> Ticket:
    rights.require(actor, "ticket.tag")
    wanted = clean(word)
    ticket = await tickets.locked(session, ticket_id)
    if wanted not in await tags_of(session, ticket_id):
        raise Refused("ticket.not-tagged", ref=ticket.ref, tag=wanted)
    await _remove(session, ticket_id, wanted)
    await tickets.change(session, actor, ticket, "ticket.untagged", now, {"tag": wanted})
    return ticket


async def tags_of(session: AsyncSession, ticket_id: int) -> Sequence[str]:
    found = await session.scalars(select(TicketTag.tag).where(TicketTag.ticket_id == ticket_id).order_by(TicketTag.tag))
    return found.all()


async def remove_tags(session: AsyncSession, ticket_id: int) -> None:
    await session.execute(delete(TicketTag).where(TicketTag.ticket_id == ticket_id))


async def untagged_again(session: AsyncSession, record: Record, parts: dict[str, Any], now: datetime) -> None:
    await _remove(session, record.id, parts["tag"])


async def tagged_again(session: AsyncSession, record: Record, parts: dict[str, Any], now: datetime) -> None:
    await session.execute(insert_ignoring(session, TicketTag.__table__), {"ticket_id": record.id, "tag": parts["tag"]})


async def _remove(session: AsyncSession, ticket_id: int, tag: str) -> None:
    await session.execute(delete(TicketTag).where(TicketTag.ticket_id == ticket_id, TicketTag.tag == tag))
