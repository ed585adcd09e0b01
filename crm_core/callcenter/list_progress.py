"""How far a call list is: who is still to be called, when, who was reached, and how the calls ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import rights
from crm_core.agents import Actor, Agent
from crm_core.callcenter.call_lists import CallList
from crm_core.callcenter.callees import Callee, CalleeState


@dataclass(slots=True)
class Progress:
    """`open` wait for their turn, `later` for their time, the next at `next_at`; `in_hand` are looked at or called, by
    `agents`. `outcomes` counts by how the last call ended, `dropped` those whom nobody calls any more, by reason or
    outcome. `calls` were made in all.
    """

    total: int = 0
    open: int = 0
    later: int = 0
    in_hand: int = 0
    done: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    next_at: datetime | None = None
    agents: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of those nobody has to call any more."""
        return (self.done + self.dropped.total()) / self.total if self.total else 0.0


async def of_list(session: AsyncSession, actor: Actor, call_list: CallList, now: datetime) -> Progress:
    """With those who are at it."""
    progress = (await of_lists(session, actor, [call_list.id], now))[call_list.id]
    names = await session.scalars(
        select(Agent.name)
        .join(Callee, Callee.agent_id == Agent.id)
        .where(Callee.list_id == call_list.id, _in_hand(now))
        .distinct()
        .order_by(Agent.name)
    )
    progress.agents = list(names)
    return progress


async def of_lists(session: AsyncSession, actor: Actor, list_ids: Sequence[int], now: datetime) -> dict[int, Progress]:
    rights.require(actor, "calllist.read")
    found = {list_id: Progress() for list_id in list_ids}
    later = and_(Callee.state == CalleeState.OPEN, Callee.due_at > now)
    counted = await session.execute(
        select(
            Callee.list_id,
            Callee.state,
            func.coalesce(Callee.why, Callee.outcome),
            Callee.outcome,
            func.count(),
            func.sum(Callee.calls),
            func.sum(case((_in_hand(now), 1), else_=0)),
            func.sum(case((later, 1), else_=0)),
            func.min(case((later, Callee.due_at))),
        )
        .where(Callee.list_id.in_(list_ids))
        .group_by(Callee.list_id, Callee.state, func.coalesce(Callee.why, Callee.outcome), Callee.outcome)
    )
    for list_id, state, why, outcome, count, calls, in_hand, is_later, next_at in counted:
        progress = found[list_id]
        progress.total += count
        progress.calls += int(calls)
        progress.in_hand += int(in_hand)
        if outcome is not None:
            progress.outcomes[outcome] += count
        match CalleeState(state):
            case CalleeState.DONE:
                progress.done += count
            case CalleeState.DROPPED:
                progress.dropped[why] += count
            case CalleeState.OPEN:
                progress.later += int(is_later)
                progress.open += count - int(is_later) - int(in_hand)
            case CalleeState.CALLING:
                pass
        progress.next_at = min(filter(None, (progress.next_at, next_at)), default=None)
    return found


def _in_hand(now: datetime) -> ColumnElement[bool]:
    """Looked at, or called at this moment."""
    looked_at = and_(Callee.state == CalleeState.OPEN, Callee.lease_until > now)
    return or_(Callee.state == CalleeState.CALLING, looked_at)
