"""Call lists: people who are called one after the other, each by whichever agent comes next."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import CheckConstraint, Index, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core import activity, db, references, rights
from crm_core.agents import Actor
from crm_core.callcenter.callees import Callee
from crm_core.contacts.consents import Purpose
from crm_core.db import Record, one_of
from crm_core.errors import Invalid, NotFound, Refused
from crm_core.message import say
from crm_core.names import fold

LONGEST_NAME = 60
SHORTEST_BEGINNING = 3
MOST_LISTED = 50


class ListState(enum.StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


# What advertising is has to be agreed to beforehand; what a contract is about has not.
PURPOSES = (Purpose.SERVICE, Purpose.ADVERTISING, Purpose.SURVEY)
_NOT_CLOSED = "state <> 'closed'"


class CallList(Record):
    """`key` is the folded name: no two that are not closed have the same."""

    __tablename__ = "calllist"

    name: Mapped[str]
    key: Mapped[str]
    purpose: Mapped[str]
    state: Mapped[str] = mapped_column(default=ListState.OPEN)
    __table_args__ = (
        CheckConstraint(one_of("state", ListState), name="state"),
        CheckConstraint(one_of("purpose", PURPOSES), name="purpose"),
        Index(
            "ix_calllist_key", "key", unique=True, sqlite_where=text(_NOT_CLOSED), postgresql_where=text(_NOT_CLOSED)
        ),
        {"sqlite_autoincrement": True},
    )

    @property
    def ref(self) -> str:
        return references.ref("calllist", self.id)


async def new(session: AsyncSession, name: str, purpose: Purpose, now: datetime) -> CallList:
    """The row alone. Raises Invalid for a name or purpose that is none, Refused for a name that is taken."""
    clean = clean_name(name)
    if purpose not in PURPOSES:
        raise Invalid("calllist.no-purpose", purpose=say(f"consent.purpose-{purpose}"))
    await db.alone(session, "call list names")
    taken = await named(session, clean)
    if taken is not None and taken.state != ListState.CLOSED:
        raise Refused("calllist.name-taken", name=taken.name, ref=taken.ref)
    made = CallList(
        name=clean,
        key=fold(clean),
        purpose=purpose,
        state=ListState.OPEN,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(made)
    await session.flush()
    return made


def clean_name(name: str) -> str:
    """Raises Invalid for one that is empty, endless, or reads like a reference."""
    clean = " ".join(name.split())
    if len(clean) > LONGEST_NAME:
        raise Invalid("text.too-long", limit=LONGEST_NAME)
    if not fold(clean) or references.parse(clean) is not None:
        raise Invalid("calllist.name-invalid", name=clean)
    return clean


async def named(session: AsyncSession, name: str) -> CallList | None:
    """One that is closed only where no other is called so, and the newest of those."""
    return await session.scalar(
        select(CallList)
        .where(CallList.key == fold(" ".join(name.split())))
        .order_by(CallList.state == ListState.CLOSED, CallList.id.desc())
        .limit(1)
    )


async def find(session: AsyncSession, actor: Actor, said: str) -> CallList:
    """By reference, name, or the beginning of one name alone. Raises NotFound."""
    rights.require(actor, "calllist.read")
    parsed = references.parse(said)
    if parsed is not None and parsed[0] == "calllist":
        return cast("CallList", await references.read(session, *parsed))
    exact = await named(session, said)
    wanted = fold(said.strip())
    if exact is not None or len(wanted) < SHORTEST_BEGINNING:
        if exact is None:
            raise NotFound("calllist.unknown", ref=said[:LONGEST_NAME])
        return exact
    begun = [one for one in await _all_open(session) if one.key.startswith(wanted)]
    if len(begun) != 1:
        raise NotFound("calllist.unknown", ref=said[:LONGEST_NAME])
    return begun[0]


async def all_lists(session: AsyncSession, actor: Actor, limit: int = MOST_LISTED) -> Sequence[CallList]:
    """Those that are worked first, then those that are closed, newest first."""
    rights.require(actor, "calllist.read")
    query = select(CallList).order_by(CallList.state == ListState.CLOSED, CallList.id.desc()).limit(limit)
    return (await session.scalars(query)).all()


async def _all_open(session: AsyncSession) -> Sequence[CallList]:
    return (await session.scalars(select(CallList).where(text(_NOT_CLOSED)).order_by(CallList.id))).all()


async def lock(session: AsyncSession, list_id: int) -> CallList:
    """Raises NotFound."""
    return cast("CallList", await references.lock(session, "calllist", list_id))


async def lock_shared(session: AsyncSession, list_id: int) -> CallList:
    """So that nobody gets another of it once it is paused, and agents do not wait for each other. Raises NotFound."""
    await references.read(session, "calllist", list_id)
    found = await session.scalars(
        select(CallList)
        .where(CallList.id == list_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    return found.one()


def refuse_unless_open(call_list: CallList) -> None:
    """Raises Refused, saying what it is instead."""
    if call_list.state != ListState.OPEN:
        raise Refused(f"calllist.is-{call_list.state}", name=call_list.name)


async def pause(session: AsyncSession, actor: Actor, list_id: int, now: datetime) -> CallList:
    """Nobody gets another one of it until it goes on."""
    return await _steer(session, actor, list_id, ListState.PAUSED, now)


async def go_on(session: AsyncSession, actor: Actor, list_id: int, now: datetime) -> CallList:
    """Also with one that was closed. Raises Refused when another has its name by now."""
    return await _steer(session, actor, list_id, ListState.OPEN, now)


async def close(session: AsyncSession, actor: Actor, list_id: int, now: datetime) -> CallList:
    """Whoever was not called is not called any more."""
    return await _steer(session, actor, list_id, ListState.CLOSED, now)


async def _steer(session: AsyncSession, actor: Actor, list_id: int, state: ListState, now: datetime) -> CallList:
    """What it is already, it is."""
    rights.require(actor, "calllist.steer")
    call_list = await lock(session, list_id)
    if call_list.state == state:
        return call_list
    if call_list.state == ListState.CLOSED:
        await db.alone(session, "call list names")
        other = await named(session, call_list.name)
        if other is not None and other.state != ListState.CLOSED:
            raise Refused("calllist.name-taken", name=other.name, ref=other.ref)
    match state:
        case ListState.PAUSED:
            await activity.change(session, actor, call_list, "calllist.paused", now, state=state)
        case ListState.OPEN:
            await activity.change(session, actor, call_list, "calllist.resumed", now, state=state)
        case ListState.CLOSED:
            await activity.change(session, actor, call_list, "calllist.closed", now, state=state)
    return call_list


async def remove_parts(session: AsyncSession, list_id: int) -> None:
    """Undo of a list that somebody has begun with would forget who was called. Raises Refused."""
    begun = select(Callee.id).where(Callee.list_id == list_id, Callee.version > 1).limit(1)
    if await session.scalar(begun) is not None:
        raise Refused("undo.changed-since", ref=references.ref("calllist", list_id))
    await session.execute(delete(Callee).where(Callee.list_id == list_id))
