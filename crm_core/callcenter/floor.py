"""The floor at a glance: who waits, who is there, how callers were served today, whom nobody has called back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, extract, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import rights
from crm_core.agents import Actor, Agent, Presence, Role
from crm_core.callcenter import calls, cut_off, emergencies, missed, queues
from crm_core.callcenter.calls import Call
from crm_core.callcenter.emergencies import Emergency
from crm_core.callcenter.queues import QueueEntry
from crm_core.callcenter.service import Served
from crm_core.callcenter.states import CallState
from crm_core.company import QueueRule, company_of
from crm_core.sales.whose import FEWEST_FOR_RATES

MOST_WAITING = 500


@dataclass(frozen=True, slots=True)
class QueueLine:
    """`longest`: since when the one waits who waits longest. `callbacks` wait without holding the line. `free`: how
    many are available for it. `served` is None where it would tell about a few people.
    """

    key: str
    waiting: int
    callbacks: int
    longest: datetime | None
    free: int
    served: Served | None


@dataclass(frozen=True, slots=True)
class AgentLine:
    """`call_id`: whom they are busy with. `taken`: their calls today, where the asker may see it."""

    agent: Agent
    call_id: int | None
    taken: int | None


@dataclass(frozen=True, slots=True)
class Floor:
    """`states`: how many open calls are in which state. Agents who are offline are counted, not listed."""

    queues: list[QueueLine]
    agents: list[AgentLine]
    offline: int
    states: Mapping[str, int]
    served: Served
    missed: Sequence[Call]
    emergency: Emergency | None

    @property
    def waiting(self) -> int:
        return sum(line.waiting for line in self.queues)

    @property
    def longest(self) -> datetime | None:
        return min((line.longest for line in self.queues if line.longest is not None), default=None)

    def count(self, presence: Presence) -> int:
        return sum(line.agent.presence == presence for line in self.agents)


async def look(session: AsyncSession, actor: Actor, now: datetime) -> Floor:
    rights.require(actor, "floor.read")
    agents = (await session.scalars(select(Agent).where(Agent.left_at.is_(None)).order_by(Agent.name))).all()
    at_work = [agent for agent in agents if agent.presence != Presence.OFFLINE]
    open_calls = await calls.open_calls(session)
    served = await _served(session, now)
    return Floor(
        await _queue_lines(session, actor, at_work, served),
        await _agent_lines(session, actor, at_work, open_calls, now),
        len(agents) - len(at_work),
        Counter(call.state for call in open_calls),
        sum(served.values(), Served()),
        await missed.to_return(session, now),
        await emergencies.current(session, now),
    )


async def _queue_lines(
    session: AsyncSession, actor: Actor, at_work: Sequence[Agent], served: Mapping[str, Served]
) -> list[QueueLine]:
    """Those of the company file, and whatever other queue somebody still waits in."""
    rows = await session.execute(
        select(QueueEntry.queue, Call.direction, queues.waits_since())
        .join(Call, Call.id == QueueEntry.call_id)
        .where(queues.IS_LIVE)
        .order_by(QueueEntry.rank_at)
        .limit(MOST_WAITING)
    )
    waiting = [(queue, direction, since) for queue, direction, since in rows]
    keys = dict.fromkeys([*company_of(session).queues, *(queue for queue, _direction, _since in waiting)])
    staff = {key: await _staff(session, queues.rule_of(session, key)) for key in keys}
    free = {agent.id for agent in at_work if agent.presence == Presence.AVAILABLE}
    is_shown = all(
        _may_see(session, actor, ids) for key, ids in staff.items() if not _is_everybodys(queues.rule_of(session, key))
    )
    lines = []
    for key in keys:
        here = [(direction, since) for queue, direction, since in waiting if queue == key]
        held = [since for direction, since in here if direction == "inbound"]
        lines.append(
            QueueLine(
                key,
                len(held),
                len(here) - len(held),
                min(held, default=None),
                len(free & staff[key]),
                # What is held back of one queue would follow from the sum and the others.
                served.get(key, Served()) if is_shown else None,
            )
        )
    return lines


async def _agent_lines(
    session: AsyncSession, actor: Actor, at_work: Sequence[Agent], open_calls: Sequence[Call], now: datetime
) -> list[AgentLine]:
    busy_with = {call.agent_id: call.id for call in open_calls if call.agent_id is not None}
    seen = [agent.id for agent in at_work if _may_see(session, actor, {agent.id})]
    taken = await _taken(session, seen, now) if seen else {}
    return [
        AgentLine(agent, busy_with.get(agent.id), taken.get(agent.id, 0) if agent.id in seen else None)
        for agent in at_work
    ]


async def _served(session: AsyncSession, now: datetime) -> dict[str, Served]:
    """Of who called today, by the queue they were in last."""
    aim = company_of(session).callcenter.service_level
    within, ignored = aim.within.total_seconds(), aim.ignore_under.total_seconds()
    is_answered = Call.talk_began_at.is_not(None)
    wait = _seconds(session, QueueEntry.joined_at, Call.talk_began_at)
    gave_up = and_(Call.state == CallState.ABANDONED, Call.talk_began_at.is_(None))
    patience = _seconds(session, QueueEntry.joined_at, QueueEntry.left_at)
    # No bare column: SQLite would walk all of history in the order of an index on it.
    queue = QueueEntry.queue.concat(literal_column("''"))
    rows = await session.execute(
        select(
            queue,
            func.count(),
            func.sum(case((and_(gave_up, patience < ignored), 1), else_=0)),
            func.sum(case((is_answered, 1), else_=0)),
            func.sum(case((and_(is_answered, wait <= within), 1), else_=0)),
            func.sum(case((and_(gave_up, patience >= ignored), 1), else_=0)),
            func.sum(case((is_answered, wait), else_=0)),
        )
        .join(Call, Call.id == QueueEntry.call_id)
        .where(
            QueueEntry.joined_at >= _midnight(session, now),
            Call.direction == "inbound",
            # They wait on in another call, with the time they waited in this one.
            ~and_(gave_up, cut_off.came_back()),
        )
        .group_by(queue)
    )
    return {
        key: Served(int(count) - int(short), int(answered), int(in_time), int(abandoned), float(waited))
        for key, count, short, answered, in_time, abandoned, waited in rows
    }


async def _taken(session: AsyncSession, agent_ids: Sequence[int], now: datetime) -> dict[int, int]:
    rows = await session.execute(
        select(Call.agent_id, func.count())
        .where(
            Call.agent_id.in_(agent_ids),
            Call.started_at >= _midnight(session, now),
            Call.talk_began_at.is_not(None),
        )
        .group_by(Call.agent_id)
    )
    return {agent_id: count for agent_id, count in rows if agent_id is not None}


async def _staff(session: AsyncSession, rule: QueueRule) -> set[int]:
    return set((await session.scalars(queues.staff(rule).with_only_columns(Agent.id))).all())


def _is_everybodys(rule: QueueRule) -> bool:
    return rule.team is None and not rule.members


def _may_see(session: AsyncSession, actor: Actor, agent_ids: set[int]) -> bool:
    """Figures about so few people are about each of them: the company file says who sees such."""
    about = company_of(session).figures.about_agents
    is_lead = actor.agent_id is not None and actor.role is not None and actor.role >= Role.LEAD
    if about == "all" or (about == "lead" and is_lead):
        return True
    return not 0 < len(agent_ids) < FEWEST_FOR_RATES or agent_ids == {actor.agent_id}


def _midnight(session: AsyncSession, now: datetime) -> datetime:
    return now.astimezone(company_of(session).zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _seconds(session: AsyncSession, begin: Any, end: Any) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        # A Julian day is no exact number of seconds.
        return func.round((func.julianday(end) - func.julianday(begin)) * 86400, 3)
    return extract("epoch", end - begin)
