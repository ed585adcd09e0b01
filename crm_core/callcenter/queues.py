"""Queues: callers wait in order, and who must not wait passes the others by a head start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Select, and_, case, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.agents import Agent
from crm_core.callcenter import calling_days, calls, priority
from crm_core.callcenter.calls import Call
from crm_core.callcenter.states import ENTRY, LIVE_ENTRY, CallState, EntryState
from crm_core.company import QueueRule, company_of
from crm_core.db import Base, BigId, one_of

_BEFORE = timedelta(seconds=1)
BEEN_IN = "been_in"
"""In `call.ivr`: the queues that were too slow for the caller."""
# Written out, not bound: so that both databases see that the partial index serves.
_LIVE = one_of("state", LIVE_ENTRY)
IS_LIVE = text(f"queue_entry.{_LIVE}")


class QueueEntry(Base):
    """One caller's place. `rank_at` orders the queue: when they came, less the head start they have over others.

    `joined_at`: since when they want to talk to somebody, `entered_at`: since when they are in the present queue, or
    back in it.
    `not_before`: a callback that was wished for later, or whose customer may not be called sooner. `claim_until` frees
    the place when the agent who accepted does not pick up.
    """

    __tablename__ = "queue_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    queue: Mapped[str]
    state: Mapped[str]
    claim_until: Mapped[datetime | None]
    joined_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    rank_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint(one_of("state", EntryState), name="state"),
        Index("ix_queue_entry_waiting", "queue", "state", "rank_at"),
        Index("ix_queue_entry_live", "rank_at", "id", sqlite_where=text(_LIVE), postgresql_where=text(_LIVE)),
        Index("ix_queue_entry_joined_at", "joined_at"),
        {"sqlite_autoincrement": True},
    )

    def since(self, call: Call) -> datetime:
        """Since when they wait, whatever queue they were in meanwhile; as `waits_since` says it of a row."""
        return self.entered_at if call.talk_began_at is not None else self.joined_at

    def move_to(self, state: EntryState) -> None:
        """The table of states holds: what it does not allow is a mistake of ours, not of a late report."""
        assert state in ENTRY[EntryState(self.state)], f"a place cannot go from {self.state} to {state}"
        self.state = state
        if state != EntryState.CLAIMED:
            self.claim_until = None

    def is_promised(self, now: datetime) -> bool:
        """They are to be called back in this hour."""
        return self.not_before is not None and self.not_before <= now < self.not_before + calling_days.LENGTH


async def join(
    session: AsyncSession,
    call: Call,
    queue: str,
    now: datetime,
    *,
    at_front: bool = False,
    place: QueueEntry | None = None,
) -> QueueEntry:
    """Who comes back (cut off from the agent, say) keeps the old place, or is put before everybody else.

    `place`: the one they had in an earlier call.
    """
    entry = await lock_entry(session, call.id)
    if entry is None:
        rank_at = now - await priority.head_start(session, call, now)
        entry = _entry(call, queue, EntryState.WAITING, now, rank_at)
        session.add(entry)
    elif entry.state in {EntryState.BRIDGED, EntryState.DONE}:
        entry.move_to(EntryState.WAITING)
        entry.queue, entry.entered_at, entry.left_at = queue, now, None
        call.ivr = {key: value for key, value in call.ivr.items() if key != BEEN_IN}
    if at_front:
        entry.rank_at = min(now, await first_rank(session, queue, now) or now) - _BEFORE
    elif place is not None:
        entry.joined_at, entry.rank_at = place.joined_at, place.rank_at
    call.queue = queue
    # Who waits is in no conference: the next one has another number.
    call.conference_sid = None
    await session.flush()
    await calls.move_to(session, call, CallState.QUEUED, now)
    return entry


async def turn_away(session: AsyncSession, call: Call, queue: str, now: datetime) -> None:
    """Nobody is there for who wants to talk to somebody: they never wait, and are counted with those who did."""
    if await lock_entry(session, call.id) is None:
        entry = _entry(call, queue, EntryState.DONE, now, now)
        entry.left_at = now
        session.add(entry)
        call.queue = queue
        await session.flush()


def _entry(call: Call, queue: str, state: EntryState, now: datetime, rank_at: datetime) -> QueueEntry:
    return QueueEntry(call_id=call.id, queue=queue, state=state, joined_at=now, entered_at=now, rank_at=rank_at)


def on_the_line() -> ColumnElement[bool]:
    """Of a row of Call: somebody holds it, nobody is to be rung first."""
    return or_(Call.direction == "inbound", Call.talk_began_at.is_not(None))


def is_due(now: datetime) -> ColumnElement[bool]:
    """Of a row of QueueEntry joined to its Call: it may be rung for now, as far as its own time goes."""
    return or_(on_the_line(), QueueEntry.not_before.is_(None), QueueEntry.not_before <= now)


def _in_line(session: AsyncSession, queue: str, now: datetime) -> ColumnElement[bool]:
    """Whoever is there before others: not who is called back later, nor, while it is closed, who is called back."""
    holds = QueueEntry.call_id.in_(select(Call.id).where(text(calls.OPEN), on_the_line()))
    company = company_of(session)
    is_open = company.is_open(now) or not company.hours.are_ever_open
    waits = or_(holds, QueueEntry.not_before.is_(None), QueueEntry.not_before <= now) if is_open else holds
    return and_(QueueEntry.queue == queue, QueueEntry.state.in_(LIVE_ENTRY), waits)


async def first_rank(session: AsyncSession, queue: str, now: datetime, *, but: int = 0) -> datetime | None:
    """`but`: an entry that does not count."""
    in_line = _in_line(session, queue, now)
    return await session.scalar(select(func.min(QueueEntry.rank_at)).where(in_line, QueueEntry.id != but))


async def position(session: AsyncSession, entry: QueueEntry, now: datetime) -> int:
    """1 is next."""
    ahead = await session.scalar(
        select(func.count())
        .select_from(QueueEntry)
        .where(
            _in_line(session, entry.queue, now),
            (QueueEntry.rank_at < entry.rank_at) | ((QueueEntry.rank_at == entry.rank_at) & (QueueEntry.id < entry.id)),
        )
    )
    return (ahead or 0) + 1


async def count(session: AsyncSession, queue: str, now: datetime) -> int:
    """Who waits still, those for whom an agent is being rung included."""
    query = select(func.count()).select_from(QueueEntry)
    return await session.scalar(query.where(_in_line(session, queue, now))) or 0


async def waiting(session: AsyncSession, queue: str | None = None, limit: int = 50) -> Sequence[QueueEntry]:
    """Those who still wait for an agent, the next first."""
    query = select(QueueEntry).where(IS_LIVE)
    if queue is not None:
        query = query.where(QueueEntry.queue == queue)
    return (await session.scalars(query.order_by(QueueEntry.rank_at, QueueEntry.id).limit(limit))).all()


def waits_since() -> ColumnElement[datetime]:
    """Of a row of QueueEntry joined to its Call: since the talk, for who was talked to."""
    return case((Call.talk_began_at.is_not(None), QueueEntry.entered_at), else_=QueueEntry.joined_at)


async def longest(session: AsyncSession) -> datetime | None:
    """Since when the one waits who waits longest."""
    query = select(func.min(waits_since())).select_from(QueueEntry).join(Call, Call.id == QueueEntry.call_id)
    return await session.scalar(query.where(IS_LIVE))


async def lock_entry(session: AsyncSession, call_id: int) -> QueueEntry | None:
    return await session.scalar(
        select(QueueEntry)
        .where(QueueEntry.call_id == call_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def rule_of(session: AsyncSession, queue: str) -> QueueRule:
    """A queue that the company file does not describe any more is answered by hand, by everybody."""
    return company_of(session).queues.get(queue) or QueueRule(name={"en": queue})


def staff(rule: QueueRule) -> Select[Agent]:
    """Who can be rung for the queue at all, on duty or not."""
    query = select(Agent).where(Agent.phone.is_not(None), Agent.left_at.is_(None))
    if rule.team is not None:
        query = query.where(Agent.team == rule.team)
    return query.where(Agent.name.in_(rule.members)) if rule.members else query


async def agent_name(session: AsyncSession, call: Call) -> str | None:
    if call.agent_id is None:
        return None
    return await session.scalar(select(Agent.name).where(Agent.id == call.agent_id))
