"""What a conversation remembers between two messages: rows, so that any process can go on with it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.activity import Json
from crm_core.db import Base, BigId

CHOICE_LIFETIME = timedelta(days=30)


class Conversation(Base):
    """`key`: a place and a person (`slack:C1:U7`). `dialogue`: what is open and what was done last, as the dialogue
    writes it. `shown`: the records on screen. `page`: which list was shown and how far. `sender`: the random name under
    which a dialogue server that drives the conversation knows it, and `speaker` who speaks in it, so that what comes
    back is theirs.
    """

    __tablename__ = "conversation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str | None]
    dialogue: Mapped[dict[str, Any]] = mapped_column(Json)
    shown: Mapped[list[str]] = mapped_column(Json)
    page: Mapped[dict[str, Any] | None] = mapped_column(Json)
    sender: Mapped[str | None] = mapped_column(unique=True)
    speaker: Mapped[dict[str, Any] | None] = mapped_column(Json)
    updated_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Speaker:
    """An account of a channel, and what it is called there."""

    channel: str
    account: str
    name: str
    is_public: bool


class ChoiceToken(Base):
    """What a button carries on the wire: a short random token. What it says and whom it is for stays here."""

    __tablename__ = "choice_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    say: Mapped[str]
    record: Mapped[str | None]
    version: Mapped[int | None]
    question: Mapped[int | None]
    audience: Mapped[str | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Offered:
    """A button before it has a token. `record` is a reference (T-42), `version` the one it was drawn from.

    `question`: the open question that it answers, and no other.
    """

    say: str
    record: str | None = None
    version: int | None = None
    question: int | None = None


async def offer(session: AsyncSession, choices: Sequence[Offered], audience: str | None, now: datetime) -> list[str]:
    """One token a choice, in order. `audience` limits who may press: an actor's conversation key, None for all."""
    rows = [
        {
            "token": secrets.token_urlsafe(9),
            "say": choice.say,
            "record": choice.record,
            "version": choice.version,
            "question": choice.question,
            "audience": audience,
            "expires_at": now + CHOICE_LIFETIME,
        }
        for choice in choices
    ]
    if rows:
        await session.execute(insert(ChoiceToken.__table__), rows)  # type: ignore[arg-type]
    return [str(row["token"]) for row in rows]


async def chosen(session: AsyncSession, token: str, now: datetime) -> ChoiceToken | None:
    """None for a token that never was or is too old."""
    return await session.scalar(select(ChoiceToken).where(ChoiceToken.token == token, ChoiceToken.expires_at > now))


async def remembered(session: AsyncSession, key: str, now: datetime) -> Conversation:
    """The conversation, held until the end of the transaction; made when it is new."""
    found = await session.scalar(select(Conversation).where(Conversation.key == key).with_for_update())
    if found is None:
        found = Conversation(key=key, dialogue={}, shown=[], page=None, updated_at=now)
        session.add(found)
        await session.flush()
    return found


def known_as(conversation: Conversation, speaker: Speaker) -> str:
    """Its name for a server outside: it tells nothing, and cannot be guessed."""
    if conversation.sender is None:
        conversation.sender = secrets.token_urlsafe(24)
    conversation.speaker = asdict(speaker)
    return conversation.sender


async def of_sender(session: AsyncSession, sender: str) -> tuple[Conversation, Speaker] | None:
    """Held until the end of the transaction. None for a name that we did not give."""
    found = await session.scalar(select(Conversation).where(Conversation.sender == sender).with_for_update())
    if found is None or found.speaker is None:
        return None
    return found, Speaker(**found.speaker)
