"""Calls: one conversation on the phone, from the first ring to the end."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Table, Text, bindparam, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, cards, phones, references, rights
from crm_core.activity import Json
from crm_core.agents import Actor, Proof
from crm_core.company import company_of
from crm_core.contacts.contacts import Contact
from crm_core.contacts.numbers import PhoneNumber
from crm_core.db import Record
from crm_core.errors import Invalid


class CallState(enum.StrEnum):
    IVR = "ivr"
    QUEUED = "queued"
    CONNECTING = "connecting"
    TALKING = "talking"
    VOICEMAIL = "voicemail"
    DONE = "done"
    ABANDONED = "abandoned"


FINAL = frozenset({CallState.DONE, CallState.ABANDONED})


class Call(Record):
    """`ivr` is where the caller is in the menu: see telephony.ivr. Times are the carrier's own where it tells them."""

    __tablename__ = "call"

    sid: Mapped[str | None] = mapped_column(unique=True)
    direction: Mapped[str]
    from_number: Mapped[str | None]
    to_number: Mapped[str | None]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    state: Mapped[str]
    carrier_status: Mapped[str | None]
    language: Mapped[str | None]
    ivr: Mapped[dict[str, Any]] = mapped_column(Json)
    note: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    duration_seconds: Mapped[int | None]
    __table_args__ = (
        CheckConstraint("direction IN ('inbound', 'outbound')", name="direction"),
        CheckConstraint(
            "state IN ('ivr', 'queued', 'connecting', 'talking', 'voicemail', 'done', 'abandoned')", name="state"
        ),
        Index("ix_call_from_number", "from_number", "id"),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("call", self.id)

    @property
    def is_over(self) -> bool:
        return self.state in FINAL


async def number_of(session: AsyncSession, call_id: int) -> str | None:
    """Whom a text about it would reach; None when the number was withheld."""
    return await session.scalar(select(Call.from_number).where(Call.id == call_id, Call.direction == "inbound"))


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. Nobody is named when the number is withheld or belongs to several contacts."""

    number: str | None = None
    contact_id: int | None = None
    name: str | None = None
    language: str | None = None

    def actor(self, language: str) -> Actor:
        proof = Proof.CALLER_ID if self.contact_id is not None else Proof.NONE
        name = self.name or self.number or "unknown caller"
        return Actor(name=name, channel="phone", language=language, contact_id=self.contact_id, proof=proof)


@dataclass(frozen=True, slots=True)
class Inbound:
    id: int
    caller: Caller
    ivr: dict[str, Any] = field(default_factory=dict)


_call = cast("Table", Call.__table__)
_contact = cast("Table", Contact.__table__)
_number = cast("Table", PhoneNumber.__table__)

_last_language = (
    select(_call.c.language)
    .where(_call.c.from_number == bindparam("number"), _call.c.language.is_not(None))
    .order_by(_call.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
# One row with the remembered language comes back even when nobody owns the number.
_asked = select(literal(1).label("one")).subquery()
_CALLER = (
    select(_contact.c.id, _contact.c.name, _contact.c.language, _last_language.label("last_language"))
    .select_from(
        _asked.outerjoin(_number, _number.c.e164 == bindparam("number", type_=String)).outerjoin(
            _contact, _contact.c.id == _number.c.contact_id
        )
    )
    .distinct()
    .limit(2)
)


async def who_calls(session: AsyncSession, raw: str) -> Caller:
    """One statement: the contact behind a number in any notation, and the language used last from it."""
    number = None if phones.is_withheld(raw) else phones.e164(raw, company_of(session).country)
    if number is None:
        return Caller()
    owners = (await session.execute(_CALLER, {"number": number})).all()
    language = owners[0].last_language
    if len(owners) != 1 or owners[0].id is None:
        return Caller(number=number, language=language)
    owner = owners[0]
    return Caller(number=number, contact_id=owner.id, name=owner.name, language=language or owner.language)


async def answer(
    session: AsyncSession, sid: str, raw_from: str, to: str, ivr: dict[str, Any], now: datetime
) -> Inbound:
    """An inbound call begins. The row may be there already when a status callback overtook the call itself."""
    call_id, caller = await _write(session, sid, raw_from, to, ivr, now)
    actor = caller.actor(caller.language or company_of(session).language)
    await activity.record(session, actor, "call.started", "call", call_id, now)
    await cards.refresh(session, "call", call_id, now)
    return Inbound(call_id, caller, ivr)


async def _write(
    session: AsyncSession, sid: str, raw_from: str, to: str, ivr: dict[str, Any], now: datetime
) -> tuple[int, Caller]:
    caller = await who_calls(session, raw_from)
    row = {
        "sid": sid,
        "direction": "inbound",
        "from_number": caller.number,
        "to_number": to,
        "contact_id": caller.contact_id,
        "state": CallState.IVR,
        "ivr": {**ivr, "language": caller.language},
        "started_at": now,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    return (await session.execute(_upsert(session.get_bind().dialect.name), row)).scalar_one(), caller


@lru_cache
def _upsert(dialect: str) -> Any:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(_call)
    known = {name: statement.excluded[name] for name in ("from_number", "to_number", "contact_id", "ivr")}
    return statement.on_conflict_do_update(index_elements=["sid"], set_=known).returning(_call.c.id)


async def lock_or_begin(session: AsyncSession, sid: str, raw_from: str, to: str, now: datetime) -> Call:
    """For a status callback: it may be here before the call itself is, which then announces itself."""
    call = await lock_by_sid(session, sid)
    if call is None:
        await _write(session, sid, raw_from, to, {}, now)
        call = await lock_by_sid(session, sid)
    assert call is not None, "it was just written in this transaction"
    return call


async def lock_by_sid(session: AsyncSession, sid: str) -> Call | None:
    """Held until the end of the transaction."""
    return await session.scalar(select(Call).where(Call.sid == sid).with_for_update())


async def lock_call(session: AsyncSession, call_id: int) -> Call:
    """Raises NotFound."""
    return cast("Call", await references.lock(session, "call", call_id))


async def move_to(session: AsyncSession, call: Call, state: CallState, now: datetime) -> None:
    """A call that is over stays over."""
    if call.is_over or call.state == state:
        return
    call.state = state
    call.version += 1
    call.updated_at = now
    await session.flush()
    await cards.refresh(session, "call", call.id, now)


async def caller_of(session: AsyncSession, call: Call) -> Caller:
    """The caller as found when the call began; the contact may have been assigned since."""
    contact = await session.get(Contact, call.contact_id) if call.contact_id is not None else None
    return Caller(
        number=call.from_number,
        contact_id=contact.id if contact else None,
        name=contact.name if contact else None,
        language=call.language or call.ivr.get("language") or (contact.language if contact else None),
    )


async def speak(session: AsyncSession, call: Call, language: str, now: datetime) -> None:
    """The caller chose a language: it holds for this call and is remembered for the next one."""
    call.language = language
    call.updated_at = now
    if call.contact_id is not None:
        contact = await session.get(Contact, call.contact_id)
        if contact is not None and contact.language != language:
            contact.language = language
            contact.updated_at = now
    await session.flush()


async def log_call(
    session: AsyncSession, actor: Actor, *, contact: Contact, note: str, now: datetime, minutes: int | None = None
) -> Call:
    """A call held outside Offhook, written down afterwards. Raises Invalid for an empty note."""
    rights.require(actor, "call.log")
    if not note.strip():
        raise Invalid("call.note-missing")
    call = Call(
        direction="outbound",
        contact_id=contact.id,
        agent_id=actor.agent_id,
        state=CallState.DONE,
        ivr={},
        note=note.strip(),
        started_at=now,
        ended_at=now,
        duration_seconds=minutes * 60 if minutes is not None else None,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(call)
    await session.flush()
    await activity.created(session, actor, call, "call.logged", now)
    return call


async def list_calls(session: AsyncSession, actor: Actor, limit: int = 10) -> Sequence[Call]:
    """Newest first."""
    rights.require(actor, "call.read")
    return (await session.scalars(select(Call).order_by(Call.id.desc()).limit(limit))).all()
