"""A text arrives: it stops or starts what we may send, rates a talk or a ticket, goes on with one, or opens one."""

from __future__ import annotations

import enum
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import activity, notices, rights
from crm_core.agents import SYSTEM, Actor
from crm_core.callcenter import blocking, callers, rating_sms
from crm_core.company import company_of
from crm_core.contacts import consents, refused_texts, texts
from crm_core.contacts.consents import Channel, How, Purpose
from crm_core.contacts.numbers import PhoneNumber
from crm_core.contacts.texts import NOT_DELIVERED, TextMessage, TextState
from crm_core.support import replies, satisfaction, tickets
from crm_core.support.tickets import DONE, Ticket

# Without spaces: `opt out`.
STOP = frozenset(
    {"stop", "stopp", "stoppen", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"}
    | {"abmelden", "abbestellen", "abbestellung"}
)
START = frozenset({"start", "unstop", "anmelden"})
HELP = frozenset({"help", "hilfe", "info"})
# Said with one of those they change nothing: `Stop bitte`, `STOP ALL`, `stop texting me`.
_BESIDE = frozenset(
    {"please", "thanks", "all", "now", "me", "sms", "text", "texts", "texting", "messages"}
    | {"bitte", "danke", "alle", "alles", "jetzt", "sofort", "mich", "mir", "nachrichten", "senden", "schicken"}
)
# The carrier answers these itself and lets nothing of ours through after those that stop.
ANSWERED_BY_CARRIER = frozenset(
    ["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke", "start", "unstop", "help", "info"]
)
REFUSED_BY_RECIPIENT = 21610
OPEN_AGAIN_WITHIN = timedelta(days=14)
_WORD = re.compile(r"\w+")
_PURPOSES = (Purpose.SERVICE, Purpose.SURVEY, Purpose.ADVERTISING)


class Outcome(enum.StrEnum):
    """What became of a text; what is said back is a text under this name."""

    STOPPED = "stopped"
    STARTED = "started"
    RATED = "rated"
    ANSWERED = "answered"
    OPENED = "opened"
    HELPED = "helped"
    TURNED_AWAY = "turned-away"
    KNOWN = "known"


async def arrived(session: AsyncSession, sid: str, raw_from: str, body: str, now: datetime) -> tuple[Outcome, str]:
    """What became of it, once a SID however often it is delivered; and the language to answer in."""
    caller = await callers.who_calls(session, raw_from)
    company = company_of(session)
    language = caller.language if caller.language in company.languages else company.language
    assert language is not None
    if await texts.known(session, sid) is not None:
        return Outcome.KNOWN, language
    spoken = caller.actor(language)
    actor = Actor(spoken.name, "sms", language, contact_id=spoken.contact_id, proof=spoken.proof)
    rights.require(actor, "text.receive")
    number = caller.number or raw_from[:40]
    message = TextMessage(
        contact_id=caller.contact_id,
        number=number,
        is_inbound=True,
        body=body[: texts.LONGEST * 4],
        state=TextState.RECEIVED,
        sid=sid,
        author=actor.name,
        at=now,
    )
    session.add(message)
    await session.flush()
    return await _handle(session, actor, message, now), language


async def not_delivered(session: AsyncSession, message: TextMessage, now: datetime) -> None:
    """Whoever stopped us at the carrier has withdrawn; the agent whose ticket it is hears that it did not arrive."""
    if message.state not in NOT_DELIVERED:
        return
    if message.error == REFUSED_BY_RECIPIENT:
        actor = Actor(message.number, "sms", company_of(session).language)
        await _stop(session, actor, message.number, "STOP", now)
    ticket = await session.get(Ticket, message.ticket_id) if message.ticket_id is not None else None
    if ticket is not None and ticket.assignee_id is not None:
        await notices.tell(session, ticket.assignee_id, "notice.text-not-delivered", "ticket", ticket.id, now)


async def _handle(session: AsyncSession, actor: Actor, message: TextMessage, now: datetime) -> Outcome:
    word = keyword(message.body)
    if word in STOP:
        await _stop(session, actor, message.number, message.body.strip(), now)
        return Outcome.STOPPED
    if await blocking.why_blocked(session, message.number, now) is not None:
        return Outcome.TURNED_AWAY
    if word in START:
        await refused_texts.allow(session, message.number)
        await _agree(session, actor, message.number, message.body.strip(), now, is_given=True)
        return Outcome.STARTED
    if word in HELP:
        return Outcome.HELPED
    if await rating_sms.answered(session, actor, message.number, message.body, now):
        return Outcome.RATED
    if actor.contact_id is not None:
        rated = await satisfaction.answered(session, actor, message.body, now)
        if rated is not None:
            message.ticket_id = rated.id
            return Outcome.RATED
    ticket = await _ticket_of(session, message, now)
    outcome = Outcome.ANSWERED if ticket is not None else Outcome.OPENED
    if ticket is not None:
        # Whoever holds the phone that the ticket is texted about may answer, known by name or not.
        known = replace(SYSTEM, name=actor.name, channel="sms")
        ticket = await replies.customer_replied(session, known, ticket.id, _said(message), now)
    else:
        ticket = await tickets.open_ticket(session, actor, subject=_said(message), contact_id=actor.contact_id, now=now)
    message.ticket_id = ticket.id
    await session.flush()
    return outcome


async def _ticket_of(session: AsyncSession, message: TextMessage, now: datetime) -> Ticket | None:
    """The one that texts with this number were about last; once it is closed or long resolved, a new one."""
    newest = await session.scalar(
        select(Ticket)
        .join(TextMessage, TextMessage.ticket_id == Ticket.id)
        .where(TextMessage.number == message.number, TextMessage.id != message.id)
        .order_by(TextMessage.id.desc())
        .limit(1)
    )
    if newest is None or newest.contact_id != message.contact_id:
        return None
    is_recent = newest.status not in DONE or newest.updated_at > now - OPEN_AGAIN_WITHIN
    return newest if is_recent and newest.status != "closed" else None


def keyword(said: str) -> str:
    """What is left of a text without what only accompanies a keyword; a sentence is no keyword."""
    return "".join(word for word in _WORD.findall(said[:200].casefold()) if word not in _BESIDE)


async def _stop(session: AsyncSession, actor: Actor, number: str, wording: str, now: datetime) -> None:
    """The number itself is barred too: it may be nobody's, or somebody else's tomorrow."""
    await refused_texts.refuse(session, number, now)
    await _agree(session, actor, number, wording, now, is_given=False)


async def _agree(
    session: AsyncSession, actor: Actor, number: str, wording: str, now: datetime, *, is_given: bool
) -> None:
    """For all who have the number: whoever holds the phone speaks for it. START allows what a contract is about."""
    owners = await session.scalars(
        select(PhoneNumber.contact_id).where(PhoneNumber.e164 == number).distinct().order_by(PhoneNumber.contact_id)
    )
    said: dict[str, Any] = {"is_given": is_given, "wording": wording, "how": How.WRITTEN}
    for contact_id in owners.all():
        for purpose in (Purpose.SERVICE,) if is_given else _PURPOSES:
            await consents.note(session, actor, contact_id, Channel.SMS, purpose, now, **said)
        if is_given:
            await activity.record(session, actor, "contact.texts-started", "contact", contact_id, now)
        else:
            await activity.record(session, actor, "contact.texts-stopped", "contact", contact_id, now)


def _said(message: TextMessage) -> str:
    return message.body.strip() or "…"
