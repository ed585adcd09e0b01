"""Pending side effects: to post, dial, text or schedule is a row, written with the change that wants it."""

from __future__ import annotations

import enum
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import false, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import lease
from crm_core.activity import Json
from crm_core.lease import Leased, State


class Delivery(enum.StrEnum):
    AT_LEAST_ONCE = "at-least-once"
    AT_MOST_ONCE = "at-most-once"


class EffectKind(enum.StrEnum):
    """What a courier can be asked for. The address names who: `slack:C123`, `telegram:555`, `twilio:call-7`."""

    CARD = "card"  # render a record and post it, or edit the card that is there
    NOTICE = "notice"  # tell a colleague of a record, which is drawn when it is delivered
    POST = "post"  # a text that is already written
    DIAL = "dial"  # ring an agent's phone for a leg
    REDIRECT = "redirect"  # send a live call to another document
    HANG_UP = "hang-up"
    PARTICIPANT = "participant"  # how somebody is in the conference of a call: on hold, muted, heard by one alone
    RECORD = "record"  # begin to record a talk that was agreed to
    RECORDING = "recording"  # pause a recording, go on with it, stop it
    CHECK = "check"  # ask the carrier what became of a call, a leg or a recording
    SMS = "sms"  # a text to a customer's phone, as a person wrote it
    MESSAGE = "message"  # the same to a customer's account in a chat channel
    PIN = "pin"  # a text with a new PIN, made by the courier so that it stands nowhere
    TRANSCRIBE = "transcribe"  # write out what was spoken
    STORE = "store"  # carry the bytes of a file to the S3 store
    FORGET = "forget"  # delete what lies elsewhere: a file in the S3 store, a recording at the carrier
    FORWARD = "forward"  # hand what was said to the server that drives the conversation
    TIMER = "timer"  # a verb of the core, due later


DELIVERY: dict[EffectKind, Delivery] = {
    EffectKind.CARD: Delivery.AT_LEAST_ONCE,
    EffectKind.NOTICE: Delivery.AT_LEAST_ONCE,
    EffectKind.POST: Delivery.AT_LEAST_ONCE,
    EffectKind.DIAL: Delivery.AT_MOST_ONCE,
    EffectKind.REDIRECT: Delivery.AT_LEAST_ONCE,
    EffectKind.HANG_UP: Delivery.AT_LEAST_ONCE,
    EffectKind.PARTICIPANT: Delivery.AT_LEAST_ONCE,
    EffectKind.RECORD: Delivery.AT_MOST_ONCE,
    EffectKind.RECORDING: Delivery.AT_LEAST_ONCE,
    EffectKind.CHECK: Delivery.AT_LEAST_ONCE,
    EffectKind.SMS: Delivery.AT_MOST_ONCE,
    EffectKind.MESSAGE: Delivery.AT_LEAST_ONCE,
    EffectKind.PIN: Delivery.AT_MOST_ONCE,
    EffectKind.TRANSCRIBE: Delivery.AT_LEAST_ONCE,
    EffectKind.STORE: Delivery.AT_LEAST_ONCE,
    EffectKind.FORGET: Delivery.AT_LEAST_ONCE,
    EffectKind.FORWARD: Delivery.AT_MOST_ONCE,
    EffectKind.TIMER: Delivery.AT_LEAST_ONCE,
}

# These take minutes: a worker carries them beside the others, under a lease that is renewed.
SLOW = frozenset({EffectKind.TRANSCRIBE})


class Effect(Leased):
    """`is_secret`: what it says is told once, and not kept after it was delivered."""

    __tablename__ = "effect"

    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    attempted_at: Mapped[datetime | None]
    is_secret: Mapped[bool] = mapped_column(default=False, server_default=false())


async def enqueue(
    session: AsyncSession,
    kind: EffectKind,
    address: str,
    payload: dict[str, Any],
    now: datetime,
    *,
    due_at: datetime | None = None,
    dedupe_key: str | None = None,
    is_secret: bool = False,
) -> None:
    """On the caller's own transaction. A second effect with the same `dedupe_key` is dropped."""
    row = {
        "kind": kind,
        "address": address,
        "payload": payload,
        "state": State.PENDING,
        "due_at": due_at or now,
        "created_at": now,
        "attempts": 0,
        "dedupe_key": dedupe_key,
        "is_secret": is_secret,
    }
    await session.execute(insert_ignoring(session, Effect.__table__), row)


def insert_ignoring(session: AsyncSession, table: Any) -> Any:
    """INSERT … ON CONFLICT DO NOTHING, for either database."""
    return _insert_ignoring(session.get_bind().dialect.name, table)


@lru_cache
def _insert_ignoring(dialect: str, table: Any) -> Any:
    """Made once a table: an effect is written many times a second."""
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(table).on_conflict_do_nothing()


async def finish(session: AsyncSession, effect: Effect, now: datetime, state: State = State.DONE) -> bool:
    """As lease.finish; a secret that was delivered is forgotten."""
    forgotten: dict[str, Any] = {"payload": {}} if effect.is_secret and state is State.DONE else {}
    return await lease.finish(session, effect, now, state, **forgotten)


async def mark_attempted(session: AsyncSession, effect: Effect, now: datetime) -> bool:
    """Committed before an at-most-once effect is sent. False when it was attempted before or the lease is lost."""
    marked = await session.scalar(
        update(Effect)
        .where(Effect.id == effect.id, Effect.lease_token == effect.lease_token, Effect.attempted_at.is_(None))
        .values(attempted_at=now)
        .returning(Effect.id)
        .execution_options(synchronize_session=False)
    )
    return marked is not None


async def unmark_attempted(session: AsyncSession, effect: Effect) -> None:
    """The platform refused before processing (429): the next try is the first one."""
    await session.execute(
        update(Effect)
        .where(Effect.id == effect.id, Effect.lease_token == effect.lease_token)
        .values(attempted_at=None)
        .execution_options(synchronize_session=False)
    )


class TryLater(Exception):
    """The platform asked for patience (`after` seconds) or was out of reach (None: a growing pause)."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Undeliverable(Exception):
    """Trying again would not help: the effect becomes a dead letter that people can see."""


class AnswerLost(Exception):
    """Sent, perhaps, and no answer came: an at-most-once effect ends as unknown and is never sent again."""
