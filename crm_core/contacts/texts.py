"""Text messages: what was written to a phone and from one, with what became of it. A thread hangs on the contact."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, outbox, phones, references, rights
from crm_core.agents import Actor
from crm_core.contacts import consents, refused_texts
from crm_core.contacts.consents import Channel, Purpose
from crm_core.contacts.numbers import numbers_of
from crm_core.db import Base, BigId, one_of
from crm_core.errors import Invalid, Refused
from crm_core.outbox import Effect, EffectKind

LONGEST = 1600


class TextState(enum.StrEnum):
    """In the order in which they come; the later one counts, whichever was reported first.

    `UNKNOWN`: it was sent, and the carrier's answer was lost. A text is never sent a second time.
    """

    RECEIVED = "received"
    PENDING = "pending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


_ORDER = tuple(TextState)
NOT_DELIVERED = (TextState.UNDELIVERED, TextState.FAILED)


class TextMessage(Base):
    """`number` is the other side's. `error`: the carrier's code when it was not delivered."""

    __tablename__ = "text_message"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(BigId, index=True)
    number: Mapped[str]
    is_inbound: Mapped[bool]
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str]
    sid: Mapped[str | None] = mapped_column(unique=True)
    error: Mapped[int | None]
    author: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint(one_of("state", TextState), name="state"),
        Index("ix_text_message_number", "number", "id"),
        {"sqlite_autoincrement": True},
    )

    def advance(self, state: TextState) -> None:
        self.state = max(TextState(self.state), state, key=_ORDER.index)


async def send(
    session: AsyncSession,
    actor: Actor,
    number: str,
    body: str,
    now: datetime,
    *,
    contact_id: int | None,
    purpose: Purpose = Purpose.SERVICE,
    ticket_id: int | None = None,
    source: tuple[str, int] | None = None,
    key: str | None = None,
) -> TextMessage:
    """Part of a verb. Consent is asked and its use noted. `key` must not have been used: see `was_sent`.

    Raises Invalid for an empty or endless text, Refused for who does not want it.
    """
    clean = body.strip()
    if not clean:
        raise Invalid("text.empty")
    if len(clean) > LONGEST:
        raise Invalid("text.too-long", limit=LONGEST)
    if contact_id is not None:
        await consents.use(session, actor, contact_id, Channel.SMS, purpose, now, number=number, source=source)
    elif await refused_texts.any_refused(session, [number]):
        raise Refused("text.number-refused", number=phones.shown(number))
    message = TextMessage(
        contact_id=contact_id,
        ticket_id=ticket_id,
        number=number,
        is_inbound=False,
        body=clean,
        state=TextState.PENDING,
        author=actor.name,
        at=now,
    )
    session.add(message)
    await session.flush()
    payload = {"message": message.id, "to": number, "text": clean}
    await outbox.enqueue(
        session, EffectKind.SMS, f"twilio:text-{number}", payload, now, dedupe_key=key or f"text-{message.id}"
    )
    return message


async def was_sent(session: AsyncSession, key: str) -> bool:
    """Or is about to be."""
    return await session.scalar(select(Effect.id).where(Effect.dedupe_key == key)) is not None


async def write(
    session: AsyncSession, actor: Actor, contact_id: int, body: str, now: datetime, *, number: str | None = None
) -> TextMessage:
    """To a contact, on their main number unless another is named. It cannot be taken back."""
    rights.require(actor, "text.send")
    await references.lock(session, "contact", contact_id)
    known = await numbers_of(session, contact_id)
    wanted = number or (known[0].e164 if known else None)
    if wanted is None:
        raise Invalid("text.no-number", ref=references.ref("contact", contact_id))
    source = ("contact", contact_id)
    message = await send(session, actor, wanted, body, now, contact_id=contact_id, source=source)
    await activity.record(session, actor, "contact.texted", "contact", contact_id, now)
    return message


async def thread(session: AsyncSession, actor: Actor, contact_id: int, limit: int = 10) -> Sequence[TextMessage]:
    """Newest first, with those from and to their numbers before anybody knew whose they are."""
    rights.require(actor, "text.read")
    numbers = [number.e164 for number in await numbers_of(session, contact_id)]
    nobodys = TextMessage.number.in_(numbers) & TextMessage.contact_id.is_(None)
    found = await session.scalars(
        select(TextMessage)
        .where(or_(TextMessage.contact_id == contact_id, nobodys))
        .order_by(TextMessage.id.desc())
        .limit(limit)
    )
    return found.all()


async def known(session: AsyncSession, sid: str) -> TextMessage | None:
    return await session.scalar(select(TextMessage).where(TextMessage.sid == sid))


async def reported(
    session: AsyncSession, message_id: int, sid: str, state: TextState, error: int | None
) -> TextMessage | None:
    """What the carrier says of one we sent, in any order. None for one that is gone."""
    message = await session.scalar(
        select(TextMessage)
        .where(TextMessage.id == message_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if message is None:
        return None
    message.sid = message.sid or sid or None
    message.advance(state)
    message.error = error if error is not None else message.error
    await session.flush()
    return message


async def number_of_ticket(session: AsyncSession, ticket_id: int) -> str | None:
    """The number that the newest text about a ticket came from or went to."""
    return await session.scalar(
        select(TextMessage.number).where(TextMessage.ticket_id == ticket_id).order_by(TextMessage.id.desc()).limit(1)
    )
