"""Ways to reach the customer of a ticket: the one they came by, and others of theirs."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import outbox
from crm_core.agents import Actor
from crm_core.contacts import chat_identities, consents, numbers, refused_texts, texts
from crm_core.contacts.consents import Channel, Purpose
from crm_core.outbox import EffectKind
from crm_core.support.tickets import Ticket

_BY_PHONE = {"phone", "sms"}

NumberOfCall: TypeAlias = Callable[[AsyncSession, int], Awaitable[str | None]]
_CALLED_FROM: list[NumberOfCall] = []


class Medium(enum.StrEnum):
    SMS = "sms"
    SLACK = "slack"
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True)
class Way:
    """`to`: a number in E.164, or an account of the channel."""

    medium: Medium
    to: str

    @property
    def channel(self) -> Channel:
        """What consent calls it."""
        return Channel.SMS if self.medium is Medium.SMS else Channel.CHAT

    @property
    def number(self) -> str | None:
        return self.to if self.medium is Medium.SMS else None


def called_from(number_of_call: NumberOfCall) -> None:
    """How the number behind a ticket's call is found; calls lie above tickets."""
    _CALLED_FROM.append(number_of_call)


async def way_used(session: AsyncSession, ticket: Ticket) -> Way | None:
    """The way the customer came: the number they called from, else the first they are known by; or the account they
    have where they wrote. None for who came another way, or is not known there.
    """
    if ticket.call_id is not None or ticket.channel in _BY_PHONE:
        return await _by_phone(session, ticket)
    return next((way for way in await _by_chat(session, ticket) if way.medium == ticket.channel), None)


async def open_way(session: AsyncSession, ticket: Ticket, now: datetime) -> Way | None:
    """The way they came, else another one of theirs: the first that they did not object to."""
    for way in await _ways(session, ticket):
        if await may(session, ticket.contact_id, way, Purpose.SERVICE, now):
            return way
    return None


async def may(session: AsyncSession, contact_id: int | None, way: Way, purpose: Purpose, now: datetime) -> bool:
    """Of somebody unknown only what their phone said itself is known."""
    if contact_id is None:
        return way.number is None or not await refused_texts.any_refused(session, [way.number])
    return await consents.may(session, contact_id, way.channel, purpose, now, way.number)


async def send(
    session: AsyncSession,
    actor: Actor,
    ticket: Ticket,
    way: Way,
    text: str,
    now: datetime,
    *,
    key: str,
    purpose: Purpose = Purpose.SERVICE,
) -> None:
    """Once for each `key`; the use of their consent is noted. Raises Refused where they do not allow it."""
    match way.medium:
        case Medium.SMS:
            await texts.send(
                session,
                actor,
                way.to,
                text,
                now,
                contact_id=ticket.contact_id,
                purpose=purpose,
                ticket_id=ticket.id,
                source=("ticket", ticket.id),
                key=key,
            )
        case Medium.SLACK | Medium.TELEGRAM:
            await _message(session, actor, ticket, way, text, now, key, purpose)
        case _:
            assert_never(way.medium)


async def _message(
    session: AsyncSession, actor: Actor, ticket: Ticket, way: Way, text: str, now: datetime, key: str, purpose: Purpose
) -> None:
    if ticket.contact_id is not None:
        source = ("ticket", ticket.id)
        await consents.use(session, actor, ticket.contact_id, way.channel, purpose, now, source=source)
    place = f"{way.medium}:{way.to}"
    payload = {"place": place, "text": text}
    await outbox.enqueue(session, EffectKind.MESSAGE, place, payload, now, dedupe_key=key)


async def _ways(session: AsyncSession, ticket: Ticket) -> list[Way]:
    used = await way_used(session, ticket)
    known = await numbers.numbers_of(session, ticket.contact_id) if ticket.contact_id is not None else []
    others = [*await _by_chat(session, ticket), *(Way(Medium.SMS, number.e164) for number in known)]
    return [*([used] if used is not None else []), *(way for way in others if way != used)]


async def _by_phone(session: AsyncSession, ticket: Ticket) -> Way | None:
    texted = await texts.number_of_ticket(session, ticket.id)
    if texted is not None:
        return Way(Medium.SMS, texted)
    for find in _CALLED_FROM if ticket.call_id is not None else []:
        number = await find(session, ticket.call_id or 0)
        if number is not None:
            return Way(Medium.SMS, number)
    known = await numbers.numbers_of(session, ticket.contact_id) if ticket.contact_id is not None else []
    return Way(Medium.SMS, known[0].e164) if known else None


async def _by_chat(session: AsyncSession, ticket: Ticket) -> list[Way]:
    """The account that was added last comes first."""
    if ticket.contact_id is None:
        return []
    known = await chat_identities.identities_of(session, ticket.contact_id)
    return [Way(Medium(one.channel), one.external_id) for one in reversed(known)]
