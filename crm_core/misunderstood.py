"""Sentences that were not understood, without whatever is a person's, until somebody says what was meant."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, rights
from crm_core.activity import Json
from crm_core.agents import Actor
from crm_core.db import Base, BigId, one_of
from crm_core.errors import NotFound

LONGEST = 200
MOST_KEPT = 5000


class Why(enum.StrEnum):
    """`REFUSED`: a no to what was suggested or was to be confirmed. `UNDONE`: taken back, or corrected, right after."""

    UNKNOWN = "unknown"
    REFUSED = "refused"
    UNDONE = "undone"


class Review(enum.StrEnum):
    OPEN = "open"
    LABELLED = "labelled"
    IGNORED = "ignored"


class Misunderstood(Base):
    """`guesses`: what came nearest, with its chance, when it was said last. `done`: the command that followed, if any.

    `taught`: as it is to be learnt, where a reviewer put words for those that are not kept.
    """

    __tablename__ = "misunderstood"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    language: Mapped[str]
    text: Mapped[str]
    times: Mapped[int]
    why: Mapped[Why] = mapped_column(String)
    guesses: Mapped[list[list[Any]]] = mapped_column(Json)
    done: Mapped[str | None]
    review: Mapped[Review] = mapped_column(String)
    intent: Mapped[str | None]
    taught: Mapped[str | None]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("language", "text"),
        Index("ix_misunderstood_review", "review", "last_at"),
        CheckConstraint(one_of("why", Why), name="why"),
        CheckConstraint(one_of("review", Review), name="review"),
        {"sqlite_autoincrement": True},
    )


@dataclass(frozen=True, slots=True)
class Sentence:
    """Masked by who keeps it."""

    language: str
    text: str
    why: Why
    guesses: Sequence[tuple[str, float]] = field(default_factory=list)
    done: str | None = None


async def keep(session: AsyncSession, sentence: Sentence, now: datetime) -> None:
    """Once a text and language, counted. Of too many, those go that were said once and longest ago."""
    table: Any = Misunderstood.__table__
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    newest = {
        "why": sentence.why,
        "guesses": [[intent, round(chance, 3)] for intent, chance in sentence.guesses],
        "done": sentence.done,
        "last_at": now,
    }
    first = {"language": sentence.language, "text": sentence.text[:LONGEST], "times": 1, "review": Review.OPEN}
    statement = make(table).values(**first, **newest, first_at=now)
    times = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=[table.c.language, table.c.text], set_={**newest, "times": table.c.times + 1}
        ).returning(table.c.times)
    )
    if times == 1:
        await _let_go(session)


async def _let_go(session: AsyncSession) -> None:
    over = (await session.scalar(select(func.count()).select_from(Misunderstood)) or 0) - MOST_KEPT
    if over > 0:
        rare = select(Misunderstood.id).order_by(Misunderstood.times, Misunderstood.last_at).limit(over)
        await session.execute(delete(Misunderstood).where(Misunderstood.id.in_(rare)))


async def to_review(session: AsyncSession, actor: Actor, limit: int) -> Sequence[Misunderstood]:
    """The most frequent first."""
    rights.require(actor, "utterance.review")
    wanted = select(Misunderstood).where(Misunderstood.review == Review.OPEN)
    ordered = wanted.order_by(Misunderstood.times.desc(), Misunderstood.last_at.desc(), Misunderstood.id).limit(limit)
    return (await session.scalars(ordered)).all()


async def labelled(session: AsyncSession, actor: Actor) -> Sequence[Misunderstood]:
    rights.require(actor, "utterance.review")
    wanted = select(Misunderstood).where(Misunderstood.review == Review.LABELLED).order_by(Misunderstood.id)
    return (await session.scalars(wanted)).all()


async def label(
    session: AsyncSession, actor: Actor, id: int, intent: str, taught: str | None, now: datetime
) -> Misunderstood:
    """Raises NotFound. That the intent is one is for who knows the commands to say."""
    rights.require(actor, "utterance.review")
    found = await _locked(session, id)
    found.review, found.intent, found.taught = Review.LABELLED, intent, taught
    await session.flush()
    await activity.record(session, actor, "utterance.labelled", "misunderstood", id, now, {"intent": intent})
    return found


async def ignore(session: AsyncSession, actor: Actor, id: int, now: datetime) -> Misunderstood:
    """Raises NotFound."""
    rights.require(actor, "utterance.review")
    found = await _locked(session, id)
    found.review, found.intent = Review.IGNORED, None
    await session.flush()
    await activity.record(session, actor, "utterance.ignored", "misunderstood", id, now)
    return found


async def _locked(session: AsyncSession, id: int) -> Misunderstood:
    found = await session.get(Misunderstood, id, with_for_update=True)
    if found is None:
        raise NotFound("nlu.no-such-sentence", number=id)
    return found
